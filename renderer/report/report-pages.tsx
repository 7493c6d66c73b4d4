import { assertNever } from '#shared/errors/railscope-error';
import type { ReportPage } from '#shared/report/plan';
import { PageFrame } from './page-frame';
import type { PictureSet } from './pictures';
import type { ReportModel } from './report-model';
import { CoverPage } from './pages/cover-page';
import { CoveragePage } from './pages/coverage-page';
import { DefectPage } from './pages/defect-page';
import { NotePage } from './pages/note-page';
import { SignOffPage } from './pages/sign-off-page';
import { SummaryPage } from './pages/summary-page';
import './report.css';

/** Pages [from, to) of the plan, each an A4 box of its own. */
export function ReportPages({ model, from, to, pictures }: { model: ReportModel; from: number; to: number; pictures: PictureSet }) {
  return model.pages.slice(from, to).map((page, offset) => (
    <PageFrame key={from + offset} model={model} pageIndex={from + offset} kind={page.kind}>
      <PageContent model={model} page={page} pictures={pictures} />
    </PageFrame>
  ));
}

function PageContent({ model, page, pictures }: { model: ReportModel; page: ReportPage; pictures: PictureSet }) {
  switch (page.kind) {
    case 'cover':
      return <CoverPage model={model} />;
    case 'summary':
      return <SummaryPage model={model} />;
    case 'defect':
      return <DefectPage model={model} page={page} pictures={pictures} />;
    case 'note':
      return <NotePage model={model} page={page} />;
    case 'coverage':
      return <CoveragePage model={model} page={page} />;
    case 'sign-off':
      return <SignOffPage model={model} />;
    default:
      return assertNever(page, 'report page');
  }
}
