import type { MenuItemConstructorOptions } from 'electron';
import type { EventPayload } from '#shared/ipc/contract';
import type { Locale } from '#shared/domain/settings';

export type MenuCommand = EventPayload<'menu.command'>['command'];

const labels = {
  'zh-CN': {
    file: '文件',
    open: '打开文件夹…',
    report: '导出报告…',
    settings: '设置…',
    quit: '退出',
    edit: '编辑',
    undo: '撤销',
    redo: '重做',
    cut: '剪切',
    copy: '复制',
    paste: '粘贴',
    selectAll: '全选',
    view: '视图',
    fullScreen: '全屏',
    zoomIn: '放大界面',
    zoomOut: '缩小界面',
    resetZoom: '界面原始大小',
    devTools: '开发者工具',
    help: '帮助',
    shortcuts: '键盘快捷键',
  },
  en: {
    file: 'File',
    open: 'Open Folder…',
    report: 'Export Report…',
    settings: 'Settings…',
    quit: 'Quit',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    view: 'View',
    fullScreen: 'Full Screen',
    zoomIn: 'Larger Interface',
    zoomOut: 'Smaller Interface',
    resetZoom: 'Normal Interface Size',
    devTools: 'Developer Tools',
    help: 'Help',
    shortcuts: 'Keyboard Shortcuts',
  },
} as const satisfies Record<Locale, Record<string, string>>;

/**
 * Keys are shown but left to the page (`registerAccelerator: false`): it knows whether a text field or the canvas is
 * meant. What the page does not do itself (quit, full screen, interface size) is registered here.
 */
export function menuTemplate(
  locale: Locale,
  send: (command: MenuCommand) => void,
  options: { development: boolean },
): MenuItemConstructorOptions[] {
  const text = labels[locale];
  const command = (label: string, accelerator: string, name: MenuCommand): MenuItemConstructorOptions => ({
    label,
    accelerator,
    registerAccelerator: false,
    click: () => send(name),
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };
  return [
    {
      label: text.file,
      submenu: [
        command(text.open, 'CmdOrCtrl+O', 'open-folder'),
        command(text.report, 'CmdOrCtrl+P', 'export-report'),
        separator,
        command(text.settings, 'CmdOrCtrl+,', 'settings'),
        separator,
        { label: text.quit, role: 'quit' },
      ],
    },
    {
      label: text.edit,
      submenu: [
        command(text.undo, 'CmdOrCtrl+Z', 'undo'),
        command(text.redo, 'CmdOrCtrl+Shift+Z', 'redo'),
        separator,
        { label: text.cut, role: 'cut' },
        { label: text.copy, role: 'copy' },
        { label: text.paste, role: 'paste' },
        { label: text.selectAll, role: 'selectAll', registerAccelerator: false },
      ],
    },
    {
      label: text.view,
      submenu: [
        { label: text.fullScreen, role: 'togglefullscreen' },
        separator,
        { label: text.zoomIn, role: 'zoomIn', registerAccelerator: false },
        { label: text.zoomOut, role: 'zoomOut', registerAccelerator: false },
        { label: text.resetZoom, role: 'resetZoom', registerAccelerator: false },
        ...(options.development ? [separator, { label: text.devTools, role: 'toggleDevTools' } satisfies MenuItemConstructorOptions] : []),
      ],
    },
    { label: text.help, submenu: [command(text.shortcuts, '?', 'shortcuts')] },
  ];
}
