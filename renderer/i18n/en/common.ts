import type { Translation } from '../index';
import type { common as source } from '../zh-CN/common';

export const common: Translation<typeof source> = {
  appName: 'Rail defect inspection workstation',
  productName: 'RailScope',
  cancel: 'Cancel',
  close: 'Close',
  save: 'Save',
  retry: 'Try again',
  openFolder: 'Open folder',
  loading: 'Loading…',
  notSet: 'Not set',
  all: 'All',
  showFolder: 'Show in folder',
  showLogs: 'Open log folder',
  crash: {
    title: 'The window met an unexpected error',
    remedy: 'Saved marks are safe. Reload the window; if it happens again, send the log folder to support.',
    reload: 'Reload window',
  },
};
