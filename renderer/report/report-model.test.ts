import { beforeAll, describe, expect, it } from 'vitest';
import { startTranslations } from '../i18n';
import { reportDocument } from './report-document';
import { pictureBudget, reportModel, reportStatistics, reportWarnings } from './report-model';
import { sampleDefect, sampleEngine, sampleReport } from './testing/sample-report';

beforeAll(() => startTranslations('zh-CN'));

describe('reportStatistics', () => {
  it('counts by class, the largest first, and names only what occurs', () => {
    const defects = [
      sampleDefect(),
      sampleDefect({ classCode: 'scuff' }),
      sampleDefect({ classCode: 'scuff', grade: 'minor', origin: 'human' }),
    ];
    const statistics = reportStatistics(sampleReport({ defects }));
    expect(statistics.byClass).toEqual([
      { key: 'scuff', count: 2 },
      { key: 'spalling', count: 1 },
    ]);
    expect(statistics.byGrade).toEqual([
      { key: 'minor', count: 1 },
      { key: 'major', count: 2 },
    ]);
    expect(statistics.byOrigin).toHaveLength(2);
    expect(statistics).toMatchObject({ notInspected: 2, notReviewed: 4 });
  });
});

describe('reportWarnings', () => {
  const all = { images: 4, inferred: 4, reviewed: 4, unreadable: 0, withDefects: 0 };

  it('is silent when all was inspected, reviewed, graded and calibrated', () => {
    const settings = { ...sampleReport().settings, calibration: { mmPerPxX: 1, mmPerPxY: 1, source: '' } };
    expect(reportWarnings(reportModel(sampleReport({ counts: all, settings })))).toEqual([]);
  });

  it('names what was not inspected, not readable, not reviewed, not graded, not calibrated', () => {
    const defects = [sampleDefect({ decision: 'unreviewed', grade: 'unset' })];
    const warnings = reportWarnings(reportModel(sampleReport({ defects })));
    expect(warnings).toHaveLength(6);
    expect(warnings[0]).toBe('2 张图像未经检测，其上的缺陷不在本报告内。');
  });

  it('never hides a simulator', () => {
    const engines = [{ ...sampleEngine, backend: 'acl-sim' as const }];
    expect(reportWarnings(reportModel(sampleReport({ counts: all, engines }))).join()).toContain('acl-sim');
  });
});

describe('reportDocument', () => {
  it('has a bookmark for each part and each defect, in the language of the report', () => {
    const document = reportDocument(reportModel(sampleReport({ defects: [sampleDefect(), sampleDefect({ classCode: 'scuff' })] })));
    expect(document.pageCount).toBe(6);
    expect(document.title).toBe('轨道缺陷检测报告 – 夜间巡检');
    expect(document.outline.map(({ title, page }) => [title, page])).toEqual([
      ['封面', 0],
      ['检测概要', 1],
      ['缺陷', 2],
      ['检测范围清单', 4],
      ['签署', 5],
    ]);
    expect(document.outline[2]?.children).toEqual([
      { title: '1 剥离掉块 – run 1/图像 7.jpg', page: 2, children: [] },
      { title: '2 擦伤 – run 1/图像 7.jpg', page: 3, children: [] },
    ]);
  });

  it('leaves out the parts that the report does not have', () => {
    const options = { locale: 'en', defects: 'all', includeCoverageList: false } as const;
    const document = reportDocument(reportModel(sampleReport({ defects: [], options })));
    expect(document.outline.map(({ title }) => title)).toEqual(['Cover', 'Summary', 'Sign-off']);
  });
});

describe('pictureBudget', () => {
  it('keeps 1,000 defects under 40 MB with room for the rest', () => {
    const { maximumBytes } = pictureBudget(1000);
    expect(1000 * 2 * maximumBytes).toBeLessThanOrEqual(30e6);
    expect(pictureBudget(10).cropPx).toBeGreaterThan(pictureBudget(1000).cropPx);
  });
});
