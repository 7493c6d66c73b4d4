import type { ReportData, ReportDefect } from '#shared/domain/report';

export const sampleEngine = {
  modelId: 'ocinet-b0-surface',
  modelSha256: 'ab'.repeat(32),
  backend: 'ort-cpu',
  device: 'CPU, 2 threads',
  precision: 'fp32',
} as const;

export function sampleDefect(change: Partial<ReportDefect> = {}): ReportDefect {
  return {
    label: 3,
    classCode: 'spalling',
    grade: 'major',
    decision: 'accepted',
    note: '建议一周内复检',
    origin: 'model',
    score: 0.875,
    box: { x: 100, y: 200, width: 40, height: 20 },
    areaPx: 600,
    imageId: 7,
    relativePath: 'run 1/图像 7.jpg',
    imageWidth: 2048,
    imageHeight: 2000,
    modelAreaPx: 500,
    engine: sampleEngine,
    ...change,
  };
}

export function sampleReport(change: Partial<ReportData> = {}): ReportData {
  return {
    projectName: 'folder',
    folder: '/data/folder',
    createdAtMs: Date.UTC(2026, 4, 11),
    appVersion: '1.2.3',
    options: { locale: 'zh-CN', defects: 'not-rejected', includeCoverageList: true },
    settings: {
      inspection: {
        runName: '夜间巡检',
        line: '京沪线',
        direction: 'up',
        track: 'I 道',
        railSide: 'left',
        inspector: '李工',
        organisation: '济南工务段',
      },
      calibration: null,
    },
    counts: { images: 10, inferred: 7, reviewed: 5, unreadable: 1, withDefects: 1 },
    engines: [sampleEngine],
    meanSecondsPerImage: 1.5,
    defects: [sampleDefect()],
    coverage: [
      { relativePath: 'run 1/图像 7.jpg', reviewStatus: 'accepted', inferred: true, defects: 1, error: null },
      {
        relativePath: 'bad.jpg',
        reviewStatus: 'unreviewed',
        inferred: false,
        defects: 0,
        error: { code: 'image-truncated', message: 'premature end', details: { path: '/data/folder/bad.jpg' } },
      },
    ],
    ...change,
  };
}
