import { renderToStaticMarkup } from 'react-dom/server';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ReportData } from '#shared/domain/report';
import { startTranslations } from '../i18n';
import { defectPictures, PictureSet } from './pictures';
import { reportModel } from './report-model';
import { ReportPages } from './report-pages';
import { sampleDefect, sampleReport } from './testing/sample-report';

beforeAll(() => startTranslations('zh-CN'));

function pages(data: ReportData, pictures = new PictureSet()): string[] {
  const model = reportModel(data);
  return model.pages.map((_, index) => renderToStaticMarkup(<ReportPages model={model} from={index} to={index + 1} pictures={pictures} />));
}
const english = { locale: 'en', defects: 'all', includeCoverageList: true } as const;

describe('ReportPages', () => {
  it('numbers every page', () => {
    expect(pages(sampleReport()).map((html) => /第 \d \/ 5 页/.exec(html)?.[0])).toEqual([1, 2, 3, 4, 5].map((n) => `第 ${n} / 5 页`));
  });

  it('says who, where, with what', () => {
    const [cover] = pages(sampleReport());
    for (const text of [
      '京沪线',
      '上行',
      '李工',
      '济南工务段',
      'ocinet-b0-surface',
      'abababababab',
      'CPU, 2 threads',
      'fp32',
      'RailScope 1.2.3',
    ]) {
      expect(cover).toContain(text);
    }
  });

  it('shows a defect whole, in both languages', () => {
    const [, , zh] = pages(sampleReport());
    for (const text of [
      '剥离掉块',
      '重伤',
      '已确认',
      'run 1/图像 7.jpg',
      'x 100, y 200 px',
      '40 × 20 px (未标定)',
      '0.875',
      '+20%',
      '建议一周内复检',
    ]) {
      expect(zh).toContain(text);
    }
    const [, , en] = pages(sampleReport({ options: english }));
    for (const text of ['Spalling', 'Major', 'Accepted', 'not calibrated', 'Found by']) expect(en).toContain(text);
  });

  it('gives millimetres and their source once calibrated', () => {
    const settings = { ...sampleReport().settings, calibration: { mmPerPxX: 0.5, mmPerPxY: 0.25, source: '轨头宽' } };
    const [, , html] = pages(sampleReport({ settings }));
    for (const text of ['20 × 5 mm', '75 mm²', 'x 50, y 50 mm', '0.5 × 0.25 mm/px', '轨头宽', '↔']) expect(html).toContain(text);
    expect(html).not.toContain('未标定');
  });

  it('is a valid report without defects', () => {
    const html = pages(sampleReport({ defects: [], engines: [] })).join('');
    expect(html).toContain('本报告未收录任何缺陷');
    expect(html).toContain('未使用模型');
  });

  it('says in the coverage list why a picture was not inspected, without repeating its path', () => {
    const [, , , coverage] = pages(sampleReport({ options: english }));
    expect(coverage).toContain('bad.jpg');
    expect(coverage).toContain('Unreadable');
    expect(coverage).not.toContain('/data/folder/bad.jpg');
  });

  it('puts a placeholder where a picture is missing, and the mask over the crop', () => {
    const data = sampleReport();
    const model = reportModel(data);
    const { context, crop } = defectPictures(sampleDefect(), model.pictures);
    const pictures = new PictureSet();
    pictures.set(context.url, null);
    pictures.set(crop.url, 'blob:crop');
    pictures.set(crop.overlayUrl, 'blob:overlay');
    expect(pictures.missing).toBe(1);
    const [, , html] = pages(data, pictures);
    expect(html?.match(/图像无法显示/g)).toHaveLength(1);
    expect(html?.match(/src="blob:crop"/g)).toHaveLength(2);
    expect(html?.match(/src="blob:overlay"/g)).toHaveLength(1);
  });

  it('shows the text of a note as text', () => {
    const [, , html] = pages(sampleReport({ defects: [sampleDefect({ note: '<img src=x>' })] }));
    expect(html).toContain('&lt;img src=x&gt;');
  });

  it('continues a long note on the next page', () => {
    const note = '轨面连续擦伤。'.repeat(200);
    const html = pages(sampleReport({ defects: [sampleDefect({ note })] }));
    expect(html[2]).toContain('备注未完');
    expect(html[3]).toContain('缺陷 1 备注（续）');
  });
});
