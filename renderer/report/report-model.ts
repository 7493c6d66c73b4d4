/** The report's data with everything the pages derive from it: the plan, counts, words and numbers of its language. */
import i18next, { type TFunction } from 'i18next';
import { defectClass, defectGrades, type DefectClass } from '#shared/domain/defect-classes';
import { defectDecisions } from '#shared/domain/defect';
import type { ReportData, ReportDefect } from '#shared/domain/report';
import { planReportPages, type ReportPage } from '#shared/report/plan';
import { reportFormat, type ReportFormat } from './format';

export type ReportTexts = TFunction<['report', 'domain']>;

export interface ReportModel {
  readonly data: ReportData;
  readonly pages: readonly ReportPage[];
  readonly t: ReportTexts;
  readonly format: ReportFormat;
  readonly statistics: ReportStatistics;
  /** longest side of pictures, chosen so that a long report stays small */
  readonly pictures: PictureBudget;
}

export interface Tally<K extends string = string> {
  key: K;
  count: number;
}

export interface ReportStatistics {
  byClass: Tally[];
  byGrade: Tally<(typeof defectGrades)[number]>[];
  byDecision: Tally<(typeof defectDecisions)[number]>[];
  byOrigin: Tally<'model' | 'human'>[];
  notInspected: number;
  notReviewed: number;
}

export interface PictureBudget {
  contextPx: number;
  cropPx: number;
  /** pictures above this are encoded anew; keeps 1,000 defects under 40 MB */
  maximumBytes: number;
}

/** Needs `startTranslations` to have run. */
export function reportModel(data: ReportData): ReportModel {
  return {
    data,
    pages: planReportPages(data),
    t: i18next.getFixedT(data.options.locale, ['report', 'domain']),
    format: reportFormat(data.options.locale),
    statistics: reportStatistics(data),
    pictures: pictureBudget(data.defects.length),
  };
}

export function pictureBudget(defects: number): PictureBudget {
  if (defects <= 150) return { contextPx: 900, cropPx: 700, maximumBytes: 110_000 };
  if (defects <= 500) return { contextPx: 640, cropPx: 480, maximumBytes: 28_000 };
  return { contextPx: 480, cropPx: 400, maximumBytes: 15_000 };
}

/** Counts of the defects in the report; classes and grades that do not occur are left out, the largest class first. */
export function reportStatistics(data: Pick<ReportData, 'defects' | 'counts'>): ReportStatistics {
  const classes = new Map<string, number>();
  for (const { classCode } of data.defects) classes.set(classCode, (classes.get(classCode) ?? 0) + 1);
  const tally = <K extends string>(keys: readonly K[], keyOf: (defect: ReportDefect) => K): Tally<K>[] =>
    keys.map((key) => ({ key, count: data.defects.filter((defect) => keyOf(defect) === key).length })).filter(({ count }) => count > 0);
  const { images, inferred, unreadable, reviewed } = data.counts;
  return {
    byClass: [...classes].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count || a.key.localeCompare(b.key)),
    byGrade: tally(defectGrades, (defect) => defect.grade),
    byDecision: tally(defectDecisions, (defect) => defect.decision),
    byOrigin: tally(['model', 'human'] as const, (defect) => defect.origin),
    notInspected: Math.max(0, images - inferred - unreadable),
    notReviewed: Math.max(0, images - unreadable - reviewed),
  };
}

export function classOf(model: ReportModel, code: string): DefectClass & { name: string } {
  const entry = defectClass(code);
  return { ...entry, name: model.data.options.locale === 'zh-CN' ? entry.zh : entry.en };
}

/** What the report says one must know before trusting it; empty when all is well. */
export function reportWarnings({ data, t, statistics }: ReportModel): string[] {
  const { unreadable } = data.counts;
  const undecided = data.defects.filter((defect) => defect.decision === 'unreviewed').length;
  const ungraded = data.defects.filter((defect) => defect.grade === 'unset').length;
  const simulator = data.engines.find((engine) => engine.backend === 'acl-sim');
  const unreadableText = data.options.includeCoverageList ? 'summary.warnUnreadable' : 'summary.warnUnreadableShort';
  return [
    statistics.notInspected > 0 && t('summary.warnNotInspected', { count: statistics.notInspected }),
    unreadable > 0 && t(unreadableText, { count: unreadable }),
    statistics.notReviewed > 0 && t('summary.warnNotReviewed', { count: statistics.notReviewed }),
    undecided > 0 && t('summary.warnUndecided', { count: undecided }),
    ungraded > 0 && t('summary.warnUngraded', { count: ungraded }),
    data.settings.calibration === null && data.defects.length > 0 && t('summary.warnUncalibrated'),
    simulator !== undefined && t('summary.warnSimulated', { backend: simulator.backend }),
  ].filter((line) => line !== false);
}
