import type { Translation } from '../index';
import type { welcome as source } from '../zh-CN/welcome';

export const welcome: Translation<typeof source> = {
  intro: 'Open a folder of track images: the model marks defects, you review, correct and export the report.',
  dropTitle: 'Drop an image folder here',
  dropFormats: 'JPEG, PNG, BMP, TIFF, subfolders included; source images are never changed',
  dropAnywhere: 'Let go to open this folder',
  opening: 'Opening…',
  demo: 'Open demo project',
  demoHint: '12 real rail images, nothing to prepare',
  recent: 'Recent projects',
  recentMissing: 'Folder not found',
  imagesReviewed: 'Images {{images}} · reviewed {{percent}}',
  engine: 'Inference device',
  engineLoading: 'Looking for devices and models…',
  engineReady: '{{device}}, {{threads}} threads',
  engineFallback: 'No accelerator in use: {{reason}}',
  noDevice: 'No inference device is usable: {{reason}}',
  noModel: 'No model is usable: {{reason}}',
  model: 'Model',
  modelFigures: '{{figure}} · {{parameters}} M parameters',
  deviceDetails: 'Devices and models',
  version: 'Version {{version}}',
};
