import type { Comparison, EngineWish } from '#shared/domain/measurement';
import type { DeviceChoice, Engine, Precision } from '#shared/domain/model';
import type { ErrorInfo } from '#shared/errors/codes';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { judge, sumComparisons, summariseTensor, type ComparisonSum, type PrecisionVerdict } from '#shared/measure/comparison';
import { errorLine, exitCodes, jsonReason, type CliContext, type ExitCode } from '../context';
import { InferenceHost } from '../inference-host';
import { listImages, type ListedImage } from '../list-images';
import { writeOutputFile } from '../output-file';
import { heading, htmlPage, htmlTable, paragraph, type TableContent } from '../page/html-page';
import { textTable } from '../page/text-table';
import { createProgressView, type ProgressView } from '../progress-view';

export interface PrecisionOptions {
  /** absolute path of a folder or an image */
  target: string;
  modelId: string | null;
  device: DeviceChoice;
  /** null = what the device prefers */
  precision: Precision | null;
  referenceDevice: DeviceChoice;
  referencePrecision: Precision;
  /** pictures at most, spread evenly over the folder */
  images: number;
  region: 'auto' | 'full';
  threads: number;
  json: boolean;
  /** absolute; null = none */
  html: string | null;
}

interface Result {
  reference: Engine;
  candidate: Engine;
  sum: ComparisonSum;
  verdict: PrecisionVerdict;
  failed: { path: string; error: ErrorInfo }[];
}

/** `railscope precision`. @throws UsageError; RailscopeError where nothing could be compared */
export async function comparePrecision(context: CliContext, options: PrecisionOptions): Promise<ExitCode> {
  const { io, t } = context;
  const view = createProgressView(io, t, options.json);
  const host = new InferenceHost(context);
  try {
    const listing = await listImages(options.target, [], context.signal);
    const model = await host.chooseModel(options.modelId);
    view.line(t('progress.loading', { model: model.id }));
    const result = await compareAll(context, options, host, model.id, spread(listing.images, options.images), view);
    view.close();
    if (options.json) io.stdout(`${JSON.stringify(jsonResult(result))}\n`);
    else io.stdout(textResult(context, result));
    if (options.html !== null) {
      await writeOutputFile(options.html, htmlResult(context, result));
      view.line(t('measure.page', { path: options.html }));
    }
    return result.verdict.passed ? exitCodes.done : exitCodes.differs;
  } finally {
    view.close();
    await host.stop();
  }
}

async function compareAll(
  context: CliContext,
  options: PrecisionOptions,
  host: InferenceHost,
  modelId: string,
  images: readonly ListedImage[],
  view: ProgressView,
): Promise<Result> {
  const wish = (device: DeviceChoice, precision: Precision | null): EngineWish => ({
    device,
    precision,
    threads: options.threads,
    batch: 0,
  });
  const comparisons: Comparison[] = [];
  const failed: Result['failed'] = [];
  let lastError: unknown = null;
  for (const [index, { path, relativePath }] of images.entries()) {
    context.signal.throwIfAborted();
    try {
      const comparison = await host.call.compareEngines({
        modelId,
        reference: wish(options.referenceDevice, options.referencePrecision),
        candidate: wish(options.device, options.precision),
        path,
        region: { mode: options.region, box: null },
      });
      comparisons.push(comparison);
      view.line(`${index + 1}/${images.length} ${relativePath}`);
    } catch (error) {
      // a picture may be unreadable; an engine that cannot be opened or run ends it all
      const info = toErrorInfo(error);
      if (!info.code.startsWith('image-')) throw error;
      lastError = error;
      failed.push({ path: relativePath, error: info });
      view.line(`${relativePath}: ${errorLine(context, 'result.failed', info).trimEnd()}`);
    }
  }
  const [first] = comparisons;
  if (!first) throw lastError;
  const sum = sumComparisons(comparisons);
  return { reference: first.reference, candidate: first.candidate, sum, verdict: judge(sum, first), failed };
}

/** `count` of them, evenly over the list: neighbours of a line scan are alike. */
export function spread<T>(items: readonly T[], count: number): T[] {
  if (items.length <= count) return [...items];
  return Array.from({ length: count }, (_, index) => items[Math.floor((index * items.length) / count)] as T);
}

function jsonResult({ reference, candidate, sum, verdict, failed }: Result) {
  return {
    reference,
    candidate,
    pictures: sum.pictures,
    tiles: sum.tiles,
    tensors: sum.tensors.map(summariseTensor),
    mask: { ...sum.mask, dice: verdict.dice },
    instances: sum.instances,
    tolerance: verdict.tolerance,
    passed: verdict.passed,
    faults: verdict.faults,
    failed: failed.map(({ path, error }) => ({ path, reason: jsonReason(error) })),
  };
}

function engineLine({ backend, device, precision, modelSha256 }: Engine): string {
  return `${backend}, ${device}, ${precision} (${modelSha256.slice(0, 12)})`;
}

function tensorTable({ t }: CliContext, { sum }: Result): TableContent {
  const number = (value: number): string => (value === 0 ? '0' : value.toExponential(2));
  return {
    header: [
      t('precision.tensor'),
      t('precision.elements'),
      t('precision.meanAbs'),
      t('precision.maxAbs'),
      t('precision.meanRel'),
      t('precision.maxRel'),
      '> 1 %',
      'NaN/Inf',
    ],
    rows: sum.tensors
      .map(summariseTensor)
      .map((row) => [
        row.name,
        String(row.elements),
        number(row.meanAbs),
        number(row.maxAbs),
        number(row.meanRel),
        number(row.maxRel),
        `${(100 * row.beyondOnePercent).toFixed(2)} %`,
        String(row.notFinite),
      ]),
  };
}

/** The sentences around the table; the last is the verdict. */
function sentences({ t }: CliContext, { sum, verdict }: Result): { facts: string[]; verdict: string } {
  const { tolerance, faults, passed } = verdict;
  const facts = [
    t('precision.scope', { pictures: sum.pictures, tiles: sum.tiles }),
    t('precision.mask', { dice: verdict.dice.toFixed(5) }),
    t('precision.instances', { ...sum.instances }),
    t(tolerance.maxAbs === null ? 'precision.toleranceMask' : 'precision.tolerance', {
      maxAbs: tolerance.maxAbs ?? '',
      minDice: tolerance.minDice,
    }),
  ];
  const reasons = faults.map((fault) => t(`precision.fault.${fault}`)).join('; ');
  return { facts, verdict: passed ? t('precision.passed') : t('precision.failed', { reasons }) };
}

function textResult(context: CliContext, result: Result): string {
  const { t } = context;
  const { facts, verdict } = sentences(context, result);
  return [
    t('precision.reference', { engine: engineLine(result.reference) }),
    t('precision.candidate', { engine: engineLine(result.candidate) }),
    '',
    textTable(tensorTable(context, result)),
    '',
    ...facts,
    verdict,
    '',
  ].join('\n');
}

function htmlResult(context: CliContext, result: Result): string {
  const { t, locale } = context;
  const { facts, verdict } = sentences(context, result);
  const title = t('precision.title', { model: result.candidate.modelId });
  return htmlPage(title, locale, [
    paragraph(verdict, result.verdict.passed ? 'good' : 'bad'),
    paragraph(t('precision.reference', { engine: engineLine(result.reference) })),
    paragraph(t('precision.candidate', { engine: engineLine(result.candidate) })),
    heading(t('precision.outputs')),
    htmlTable(tensorTable(context, result)),
    paragraph(t('precision.notes')),
    heading(t('precision.results')),
    ...facts.map((fact) => paragraph(fact)),
    ...result.failed.map(({ path, error }) => paragraph(`${path}: ${errorLine(context, 'result.failed', error).trimEnd()}`, 'bad')),
  ]);
}
