import type { BenchResult } from '../commands/bench';
import type { CliContext } from '../context';
import { formatRate } from '../format';
import { barChart, heading, htmlPage, htmlTable, paragraph, type Bar } from '../page/html-page';
import { benchColumns, benchRows, bestReason, failedLines, rowLabel, throughputLines } from './bench-text';
import { sweepStages } from './sweep';

/** The result of `railscope bench` as one HTML page with a chart per sweep. */
export function benchHtml(context: CliContext, result: BenchResult): string {
  const { t, locale } = context;
  const { model, bench, best } = result;
  const charts = sweepStages.flatMap((stage) => {
    const rows = bench.rows.filter((row) => row.stage === stage);
    if (rows.length === 0) return [];
    const bars = rows.map((row): Bar => ({
      label: rowLabel(row),
      value: row.tilesPerSecond,
      text: t('bench.rate', { rate: formatRate(row.tilesPerSecond) }),
      isBest: row === best,
    }));
    return [heading(t(`bench.stage.${stage}`)), barChart(bars)];
  });
  return htmlPage(t('bench.title', { model: model.id, device: best.speed.engine.device }), locale, [
    paragraph(bestReason(context, result), 'good'),
    ...throughputLines(context, result).map((line) => paragraph(line)),
    ...charts,
    heading(t('bench.all')),
    htmlTable({ header: benchColumns(context), rows: benchRows(result) }),
    ...failedLines(context, result).map((line) => paragraph(line, 'bad')),
  ]);
}
