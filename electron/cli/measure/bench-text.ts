/** The result of `railscope bench` as rows and sentences; terminal, CSV and page share them. */
import type { BenchResult } from '../commands/bench';
import { errorLine, type CliContext } from '../context';
import { formatRate } from '../format';
import type { TextKey } from '../texts';
import type { FolderThroughput } from './folder-throughput';
import type { Measured, Setting } from './sweep';

const columns: readonly [csvName: string, text: TextKey][] = [
  ['setting', 'bench.column.setting'],
  ['threads', 'bench.column.threads'],
  ['batch', 'bench.column.batch'],
  ['processes', 'bench.column.processes'],
  ['mean_ms', 'bench.column.mean'],
  ['median_ms', 'bench.column.median'],
  ['std_ms', 'bench.column.std'],
  ['min_ms', 'bench.column.min'],
  ['max_ms', 'bench.column.max'],
  ['p95_ms', 'bench.column.p95'],
  ['tiles_per_second', 'bench.column.rate'],
  ['peak_memory_mib', 'bench.column.memory'],
];

/** @param context null = names for programs */
export function benchColumns(context: CliContext | null = null): string[] {
  return columns.map(([name, key]) => (context ? context.t(key) : name));
}

export function benchRows({ bench }: BenchResult): string[][] {
  return bench.rows.map(({ setting, speed, latency, tilesPerSecond }) => [
    settingName(setting),
    String(speed.threads),
    String(speed.batch),
    String(setting.processes),
    ...[latency.meanMs, latency.medianMs, latency.stdMs, latency.minMs, latency.maxMs, latency.p95Ms].map((value) => value.toFixed(1)),
    formatRate(tilesPerSecond),
    String(Math.round(speed.peakMemoryBytes / 2 ** 20)),
  ]);
}

export function settingName({ device, precision }: Setting): string {
  return `${device} ${precision}`;
}

/** What distinguishes a row in a chart. */
export function rowLabel({ setting, speed }: Measured): string {
  const processes = setting.processes > 1 ? ` ×${setting.processes}` : '';
  return `${settingName(setting)}, ${speed.threads}T, batch ${speed.batch}${processes}`;
}

export function failedLines(context: CliContext, { bench }: BenchResult): string[] {
  return bench.failed.map(
    ({ setting, error }) => `${settingName(setting)}, batch ${setting.batch}: ${errorLine(context, 'result.failed', error).trimEnd()}`,
  );
}

/** The best setting, and why: what it is faster than, and which precisions were not accepted. */
export function bestReason({ t }: CliContext, { bench, best, accepted }: BenchResult): string {
  const single = bench.rows.filter(({ setting }) => setting.processes === 1);
  const slowest = Math.min(...single.map(({ tilesPerSecond }) => tilesPerSecond));
  const refused = [...new Set(single.map(({ setting }) => setting.precision))].filter((precision) => !accepted.includes(precision));
  const parts = [
    t('bench.best', {
      setting: rowLabel(best),
      rate: formatRate(best.tilesPerSecond),
      ratio: (best.tilesPerSecond / slowest).toFixed(2),
    }),
  ];
  if (refused.length > 0) parts.push(t('bench.refused', { precisions: refused.join(', ') }));
  return parts.join(' ');
}

export function throughputLines({ t }: CliContext, { best, throughput, tileSizes }: BenchResult): string[] {
  const facts = ({ images, failed, tiles, seconds }: FolderThroughput): Record<string, string | number> => ({
    images,
    failed,
    tiles,
    seconds: seconds.toFixed(1),
    rate: formatRate(images / seconds),
    ratio: (tiles / best.tilesPerSecond / seconds).toFixed(2),
  });
  return [
    ...(throughput ? [t('bench.throughput', facts(throughput))] : []),
    ...tileSizes.map(({ sourceTilePx, throughput: each }) => t('bench.tileSizeLine', { size: sourceTilePx, ...facts(each) })),
  ];
}
