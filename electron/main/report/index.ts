export { exportReport, type ReportJob } from './export-report';
export type { ReportWindow } from './report-printer';
