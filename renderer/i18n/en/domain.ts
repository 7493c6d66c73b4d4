import type { Translation } from '../index';
import type { domain as source } from '../zh-CN/domain';

export const domain: Translation<typeof source> = {
  grade: { unset: 'Not graded', minor: 'Minor', major: 'Major', broken: 'Broken' },
  decision: { unreviewed: 'To review', accepted: 'Accepted', rejected: 'Rejected' },
  status: {
    unreviewed: 'Unreviewed',
    'in-progress': 'In progress',
    accepted: 'Accepted',
    rejected: 'Rejected',
    'second-look': 'Second look',
  },
  inference: { none: 'Not inferred', queued: 'Queued', running: 'Running', done: 'Inferred', failed: 'Inference failed' },
  task: { semantic: 'Semantic', instance: 'Instance', salient: 'Salient' },
  component: { 'rail-surface': 'Rail surface', rail: 'Rail', fastener: 'Fastener', bolt: 'Bolt', any: 'Any' },
  backend: {
    'ort-cpu': 'CPU',
    'ort-cuda': 'CUDA GPU',
    'ascend-acl': 'Ascend NPU',
    'open-inference': 'Remote inference service',
    'acl-sim': 'Ascend simulator (tests only)',
  },
  device: { auto: 'Automatic', cpu: 'CPU', cuda: 'CUDA GPU', ascend: 'Ascend NPU', remote: 'Remote service' },
  origin: { model: 'Found by model', human: 'Drawn by hand' },
  direction: { up: 'Up line', down: 'Down line' },
  railSide: { left: 'Left rail', right: 'Right rail' },
  region: { auto: 'Auto', full: 'Whole', manual: 'Manual' },
};
