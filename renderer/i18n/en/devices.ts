import type { Translation } from '../index';
import type { devices as source } from '../zh-CN/devices';

export const devices: Translation<typeof source> = {
  title: 'Devices and models',
  devices: 'Inference devices',
  models: 'Models',
  available: 'Usable',
  unavailable: 'Not usable',
  threads: '{{count}} threads',
  noReason: 'No reason given',
  checking: 'Looking; each backend is probed in a process of its own…',
  refresh: 'Look again',
  model: 'Model',
  component: 'Component',
  parameters: 'Parameters',
  parametersValue: '{{millions}} M',
  precisions: 'Precision',
  threshold: 'Threshold',
  dataset: 'Data set',
  images: 'Images',
  pa: 'PA',
  mIoU: 'mIoU',
  mDice: 'mDice',
  licence: 'Licence: {{licence}}',
  architecture: 'Architecture: {{architecture}}',
  noMetrics: 'No figures measured',
  noModels: 'The model catalog is empty.',
};
