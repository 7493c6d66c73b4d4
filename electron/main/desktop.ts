import { app, dialog, shell, type BrowserWindow, type OpenDialogOptions, type SaveDialogOptions } from 'electron';
import { z } from 'zod';
import { RailscopeError } from '#shared/errors/railscope-error';
import type { Locale } from '#shared/domain/settings';
import type { Desktop } from './ipc/handlers';

const texts = {
  'zh-CN': { chooseFolder: '选择图像文件夹', saveReport: '保存缺陷报告', pdf: 'PDF 文件' },
  en: { chooseFolder: 'Choose a folder of images', saveReport: 'Save the defect report', pdf: 'PDF file' },
} as const satisfies Record<Locale, Record<string, string>>;

/** What tests answer instead of native dialogs, which no driver can reach. */
const testAnswersSchema = z.object({ folder: z.string().optional(), savePath: z.string().optional() });

export function createDesktop(window: () => BrowserWindow | null, locale: () => Locale): Desktop {
  const answers = testAnswers();
  const askFolder = (options: OpenDialogOptions): ReturnType<typeof dialog.showOpenDialog> => {
    const parent = window();
    return parent ? dialog.showOpenDialog(parent, options) : dialog.showOpenDialog(options);
  };
  const askFile = (options: SaveDialogOptions): ReturnType<typeof dialog.showSaveDialog> => {
    const parent = window();
    return parent ? dialog.showSaveDialog(parent, options) : dialog.showSaveDialog(options);
  };
  return {
    async chooseFolder() {
      if (answers) return answers.folder ?? null;
      const { canceled, filePaths } = await askFolder({ title: texts[locale()].chooseFolder, properties: ['openDirectory'] });
      return canceled ? null : (filePaths[0] ?? null);
    },
    async chooseReportFile(suggestedPath) {
      if (answers) return answers.savePath ?? null;
      const text = texts[locale()];
      const { canceled, filePath } = await askFile({
        title: text.saveReport,
        defaultPath: suggestedPath,
        filters: [{ name: text.pdf, extensions: ['pdf'] }],
      });
      return canceled || filePath === '' ? null : filePath;
    },
    async openFolder(folder) {
      const failure = await shell.openPath(folder);
      if (failure) throw new RailscopeError('folder-unreadable', failure, { path: folder });
    },
    showFile: (file) => shell.showItemInFolder(file),
  };
}

function testAnswers(): z.infer<typeof testAnswersSchema> | null {
  const text = process.env['RAILSCOPE_TEST_DIALOGS'];
  return text && !app.isPackaged ? testAnswersSchema.parse(JSON.parse(text)) : null;
}
