export const common = {
  appName: '轨道缺陷检测工作站',
  productName: 'RailScope',
  cancel: '取消',
  close: '关闭',
  save: '保存',
  retry: '重试',
  openFolder: '打开文件夹',
  loading: '正在载入…',
  notSet: '未填写',
  all: '全部',
  showFolder: '打开所在文件夹',
  showLogs: '打开日志文件夹',
  crash: {
    title: '窗口遇到意外错误',
    remedy: '已保存的标注不受影响。请重新载入窗口；若再次出现，请把日志文件夹发给技术支持。',
    reload: '重新载入窗口',
  },
} as const;
