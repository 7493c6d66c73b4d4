import type { ErrorCode } from './codes';

/** What happened and what to do about it, for people. `{{name}}` stands for a fact of the error's details. */
export const errorTexts: Record<ErrorCode, { title: string; remedy: string }> = {
  'image-missing': {
    title: 'Image not found: {{path}}',
    remedy: 'The file may have been moved, renamed or deleted. Put it back, or scan the folder again.',
  },
  'image-unreadable': {
    title: 'Image cannot be read: {{path}}',
    remedy: 'Check the read permission of the file and the disk or network connection, then try again.',
  },
  'image-empty': {
    title: 'Image file is empty (0 bytes): {{path}}',
    remedy: 'The file was probably not copied completely. Copy it again from the recording device.',
  },
  'image-corrupt': {
    title: 'Image is damaged, or not an image: {{path}}',
    remedy: 'Check whether an image viewer opens it, and copy the file again from the recording device.',
  },
  'image-truncated': {
    title: 'Image is incomplete, the file ends too early: {{path}}',
    remedy: 'The file was probably not copied completely. Copy it again from the recording device.',
  },
  'image-unsupported': {
    title: 'Image format is not supported: {{path}}',
    remedy: 'Convert it to JPEG, PNG, BMP or TIFF (8 or 16 bit) and try again.',
  },
  'image-too-large': {
    title: 'Image is too large to process: {{path}}',
    remedy: 'Split it into smaller pieces and try again. Technical details: {{message}}',
  },
  'image-changed': {
    title: 'Image changed while it was being processed: {{path}}',
    remedy: 'Nothing was saved to it, so that no mask lands on the wrong picture. Open the image again and inspect it again.',
  },
  'folder-missing': {
    title: 'Folder not found: {{path}}',
    remedy: 'Check the path, and that the external or network drive is connected.',
  },
  'folder-unreadable': {
    title: 'Folder cannot be read: {{path}}',
    remedy: 'Check the read permission of the folder and the disk or network connection.',
  },
  'no-images': {
    title: 'No usable images in the folder: {{path}}',
    remedy: 'Choose a folder with JPEG, PNG, BMP or TIFF images (sub-folders are searched).',
  },
  'no-project': {
    title: 'No project is open',
    remedy: 'Open a folder of images first.',
  },
  'project-read-only': {
    title: 'Project is open read-only: {{path}}',
    remedy: 'Another window or computer may be using it. Close it there, then open it here again to save changes.',
  },
  'project-corrupt': {
    title: 'Project database is damaged: {{path}}',
    remedy:
      'Your images are safe. Keep the file and restore it from a backup; without one, rename it and open the folder again to start a new project.',
  },
  'project-too-new': {
    title: 'Project was made by a newer version of RailScope: {{path}}',
    remedy: 'Update RailScope before opening it. This version has not changed the project.',
  },
  'stale-revision': {
    title: 'The image was changed elsewhere',
    remedy: 'What you see is out of date and the last action was not saved. Reload the image, then make the change again.',
  },
  'disk-full': {
    title: 'Disk is full: {{path}}',
    remedy: 'Free some disk space and try again. What was saved before is safe.',
  },
  'write-failed': {
    title: 'Cannot write: {{path}}',
    remedy: 'Check the write permission and whether the disk is read-only, or choose another place. Technical details: {{message}}',
  },
  'model-missing': {
    title: 'Model file is missing: {{path}}',
    remedy: 'Install RailScope again, or copy the weights of model “{{model}}” back into the model folder; or use another model.',
  },
  'model-hash-mismatch': {
    title: 'Model file fails its checksum, it may be damaged or altered: {{path}}',
    remedy:
      'The model is disabled so that it gives no wrong results. Install RailScope again or copy the file again; or use another model.',
  },
  'model-invalid': {
    title: 'Model cannot be used: {{path}}',
    remedy: 'Its manifest or weights are not valid. Install the model again, or use another one. Technical details: {{message}}',
  },
  'backend-unavailable': {
    title: 'The chosen device is not available: {{backend}}',
    remedy: 'Check the driver and the device, or choose “auto” or “cpu”. Reason: {{reason}}',
  },
  'server-unreachable': {
    title: 'The inference server cannot be reached: {{server}}',
    remedy: 'Check the address, the network and the certificate, and whether the server runs; then try again. Reason: {{reason}}',
  },
  'server-refused': {
    title: 'The inference server refused the request: {{server}}',
    remedy: 'Check the access token, the model name and the limits of the server. Reason: {{reason}}',
  },
  'address-unusable': {
    title: 'The server cannot listen on {{address}}',
    remedy: 'Another program may use the port, or the address is not one of this computer. Choose another. Reason: {{reason}}',
  },
  'inference-crashed': {
    title: 'The inference process ended unexpectedly on image: {{path}}',
    remedy: 'The other images went on. Check the image and the free memory, then try it alone; or use the CPU or another model.',
  },
  'inference-timeout': {
    title: 'Inspection took too long and was stopped on image: {{path}}',
    remedy: 'The other images went on. Check the device, then try the image alone; or use the CPU or a smaller model.',
  },
  'inference-failed': {
    title: 'Inspection failed on image: {{path}}',
    remedy: 'The other images went on. Try it alone; if it fails again, use another model or device. Technical details: {{message}}',
  },
  'out-of-memory': {
    title: 'Not enough memory: {{path}}',
    remedy: 'Close other programs and try again, use a smaller model, or split very large images into pieces.',
  },
  'report-failed': {
    title: 'The report could not be made: {{path}}',
    remedy: 'No inspection result is lost. Check that the place can be written to, then try again. Technical details: {{message}}',
  },
  'masks-mismatch': {
    title: 'Mask and image do not belong together: {{path}}',
    remedy:
      'A mask must have the name of its image (the extension may differ), the same size and the same sub-folder. Technical details: {{message}}',
  },
  'process-gone': {
    title: 'A background process ended unexpectedly: {{process}}',
    remedy:
      'It is started again automatically and what was saved is safe. If this repeats, restart RailScope and check the memory. Technical details: {{reason}}',
  },
  cancelled: {
    title: 'Cancelled',
    remedy: 'Finished results are saved; you can go on at the first unfinished image at any time.',
  },
  'bad-request': {
    title: 'Invalid request',
    remedy: 'Restart RailScope and try again; if this repeats, send the log to support. Technical details: {{message}}',
  },
  internal: {
    title: 'Internal error',
    remedy: 'What was saved is safe. Try again; if this repeats, send the log to support. Technical details: {{message}}',
  },
};
