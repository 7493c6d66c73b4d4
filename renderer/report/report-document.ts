import type { OutlineItem, ReportDocument } from '#shared/report/page-api';
import { classOf, type ReportModel } from './report-model';

/** Title, author and bookmarks of the PDF, in the report's language. */
export function reportDocument(model: ReportModel): ReportDocument {
  const { data, t } = model;
  const { inspection } = data.settings;
  const title = [t('title'), inspection.runName || data.projectName].filter(Boolean).join(' – ');
  return {
    pageCount: model.pages.length,
    locale: data.options.locale,
    title,
    author: [inspection.inspector, inspection.organisation].filter(Boolean).join(', '),
    subject: [inspection.line, inspection.track].filter(Boolean).join(' · '),
    keywords: model.statistics.byClass.map(({ key }) => classOf(model, key).name),
    createdAtMs: data.createdAtMs,
    outline: outline(model),
  };
}

function outline(model: ReportModel): OutlineItem[] {
  const { t, pages } = model;
  const pageOf = (kind: (typeof pages)[number]['kind']): number => pages.findIndex((page) => page.kind === kind);
  const defects: OutlineItem[] = [];
  pages.forEach((page, index) => {
    if (page.kind === 'defect') defects.push({ title: defectTitle(model, page.index), page: index, children: [] });
  });
  const items: OutlineItem[] = [
    { title: t('outline.cover'), page: pageOf('cover'), children: [] },
    { title: t('outline.summary'), page: pageOf('summary'), children: [] },
    { title: t('outline.defects'), page: pageOf('defect'), children: defects },
    { title: t('outline.coverage'), page: pageOf('coverage'), children: [] },
    { title: t('outline.signOff'), page: pageOf('sign-off'), children: [] },
  ];
  return items.filter((item) => item.page >= 0);
}

/** "12 擦伤 – a/b.jpg": the number is the one printed on the defect's page. */
function defectTitle(model: ReportModel, index: number): string {
  const defect = model.data.defects[index];
  return defect ? `${index + 1} ${classOf(model, defect.classCode).name} – ${defect.relativePath}` : String(index + 1);
}
