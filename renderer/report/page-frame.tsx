import type { ReactNode } from 'react';
import type { ReportPageKind } from '#shared/report/plan';
import type { ReportModel } from './report-model';

interface PageFrameProps {
  model: ReportModel;
  pageIndex: number;
  kind: ReportPageKind;
  children: ReactNode;
}

/** One A4 sheet with its footer. */
export function PageFrame({ model, pageIndex, kind, children }: PageFrameProps) {
  const { data, t, pages } = model;
  return (
    <section className={`report-page report-page-${kind}`} lang={data.options.locale}>
      <main className="report-body">{children}</main>
      <footer className="report-footer">
        <span className="report-footer-name">{data.settings.inspection.runName || data.projectName}</span>
        <span>RailScope {data.appVersion}</span>
        <span className="report-footer-page">{t('footer.page', { page: pageIndex + 1, pages: pages.length })}</span>
      </footer>
    </section>
  );
}
