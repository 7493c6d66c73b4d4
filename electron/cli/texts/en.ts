/** Everything the command line says, except errors (`#shared/errors`). `{{name}}` is filled in. */
export const en = {
  'program.description': 'RailScope finds rail defects on track images, without a window.',
  'program.exitCodes':
    'Exit codes: 0 done (some images may have been unreadable, they are listed), 2 wrong usage, 3 nothing could be done, 130 interrupted.',
  'help.usage': 'Usage:',
  'help.arguments': 'Arguments:',
  'help.options': 'Options:',
  'help.commands': 'Commands:',
  'help.default': 'default',
  'help.choices': 'choices',
  'help.help': 'show help',
  'help.version': 'show the version',
  'help.locale': 'language of messages and of the report: zh-CN or en (otherwise from LANG)',

  'inspect.description': 'inspect all images of a folder (with its sub-folders), or a single image',
  'inspect.folder': 'folder of images, or an image file',
  'option.model': 'model of the catalogue (see "railscope models"; otherwise the first usable one)',
  'option.device': 'device that computes',
  'option.out': 'folder for results: per image <name>.mask.png (0/255) and <name>.json, sub-folders mirrored',
  'option.report': 'also write a PDF report',
  'option.json': 'print one JSON object to standard output and nothing else',
  'option.threshold': 'probability from which a pixel counts as defect, 0…1 (otherwise that of the model)',
  'option.minArea': 'smallest defect in pixels (otherwise that of the model)',
  'option.region': 'auto = only the rail band of line-scan images, full = whole image',
  'option.threads': 'CPU threads, 0 = chosen from the machine',

  'eval.description': 'compare predicted masks with label masks: PA, mIoU, mDice',
  'eval.images': 'folder of images',
  'eval.masks': 'folder of label masks with the names of the images (the extension may differ)',
  'eval.metric': 'compat = the published procedure, strict = pooled pixels',
  'eval.predictions': 'evaluate the masks in this folder instead of running a model',
  'eval.notes': `Metrics (fractions 0…1; PA is foreground recall):
  compat  The published procedure per image, then plain means over images. It uses the whole-image probability map,
          tiled and blended as the model's manifest says (stored with 8 bit): bilinear to the size of the label,
          min–max stretch, truncation to 0…255, Otsu, JPEG at quality 95; only the value 255 counts as foreground.
          Masks of --predictions are taken as they are saved. One empty label makes PA undefined (null).
  strict  Masks at the model's threshold and minimum area; values from 128 are foreground; pixels of all images are
          counted together; for images with an empty label also the rate of false alarms. Besides, means over the
          images whose label is not empty.`,
  'eval.unpaired': '{{count}} images have no mask of the same name and were left out',
  'eval.metricLine': 'metric {{metric}}, {{images}} images, {{empty}} with an empty label',
  'eval.falseAlarms': 'false alarms on images with an empty label: {{rate}}',
  'eval.nonEmpty': 'only images with a label that is not empty ({{images}}):',
  'eval.perImage': 'means over the images with a label that is not empty ({{images}}):',
  'eval.undefined': 'undefined',

  'models.description': 'list the models of the catalogue',
  'models.line': '{{id}}  {{name}}, {{architecture}}, {{parameters}} million parameters, {{precisions}}, threshold {{threshold}}',
  'models.none': 'the model catalogue is empty',
  'devices.description': 'list the devices, and why some cannot be used',
  'devices.available': 'available',
  'devices.unavailable': 'not available',
  'devices.threads': '{{threads}} threads',

  'usage.unknownOption': 'unknown option {{name}}',
  'usage.unknownCommand': 'unknown command {{name}}',
  'usage.missingCommand': 'no command given',
  'usage.missingArgument': 'argument {{name}} is missing',
  'usage.optionMissingArgument': 'option {{name}} needs a value',
  'usage.excessArguments': 'too many arguments',
  'usage.invalidValue': '{{message}}',
  'usage.number': 'option {{name}} needs a number from {{low}} to {{high}}, not "{{value}}"',
  'usage.unknownModel': 'unknown model {{id}}; there are: {{known}}',
  'usage.seeHelp': 'see railscope --help',

  'progress.scanning': 'looking for images in {{path}} …',
  'progress.loading': 'loading model {{model}} …',
  'progress.engine': 'model {{model}} ({{sha256}}), {{backend}}, {{device}}, {{precision}}',
  'progress.secondsPerImage': '{{seconds}} s/image',
  'progress.imagesPerSecond': '{{rate}} images/s',
  'progress.left': '{{time}} left',
  'progress.failed': '{{count}} failed',
  'progress.restart': 'the inference process ended unexpectedly and is started again',
  'progress.report': 'writing the report …',
  'progress.interrupted': 'stopping after the images in progress …',

  'result.image': '{{path}}: {{instances}} defect(s)',
  'result.failed': 'Failed: {{title}}. {{remedy}}',
  'result.summary': '{{images}} image(s), {{failed}} failed, {{instances}} defect(s), {{seconds}} s, {{rate}} images/s',
  'result.out': 'results: {{path}}',
  'result.report': 'report: {{path}}',
  'result.cancelled': 'interrupted; what was finished is kept',
  'error.line': 'Error: {{title}}. {{remedy}}',
} as const;

export type TextKey = keyof typeof en;
