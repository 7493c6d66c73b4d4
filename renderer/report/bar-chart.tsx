import type { OutlinePattern } from '#shared/domain/defect-classes';
import { PatternedBar } from './class-mark';

export interface BarRow {
  key: string;
  label: string;
  count: number;
  share: string;
  colour: string;
  pattern: OutlinePattern;
}

const ROW = 19;
const BAR_HEIGHT = 11;

/** Widths in CSS px at 96 dpi, the size at which the chart is printed. */
const shapes = {
  wide: { width: 672, labelWidth: 150, valueWidth: 90 },
  narrow: { width: 209, labelWidth: 92, valueWidth: 68 },
};

interface BarChartProps {
  rows: readonly BarRow[];
  title: string;
  shape: keyof typeof shapes;
  format: (count: number) => string;
}

/** Horizontal bars with label, count and share; the longest bar fills the width. */
export function BarChart({ rows, title, shape, format }: BarChartProps) {
  const { width: chartWidth, labelWidth, valueWidth } = shapes[shape];
  const largest = Math.max(1, ...rows.map((row) => row.count));
  const barWidth = chartWidth - labelWidth - valueWidth;
  return (
    <svg className="report-chart" viewBox={`0 0 ${chartWidth} ${rows.length * ROW}`} role="img" aria-label={title}>
      <line x1={labelWidth} y1={0} x2={labelWidth} y2={rows.length * ROW} stroke="#8a96a3" strokeWidth={0.75} />
      {rows.map((row, index) => {
        const y = index * ROW + (ROW - BAR_HEIGHT) / 2;
        const width = Math.max(1.5, (barWidth * row.count) / largest);
        return (
          <g key={row.key}>
            <text x={labelWidth - 8} y={y + 9} textAnchor="end">
              {row.label}
            </text>
            <PatternedBar colour={row.colour} pattern={row.pattern} x={labelWidth} y={y} width={width} height={BAR_HEIGHT} />
            <text x={labelWidth + width + 6} y={y + 9} className="report-chart-value">
              {format(row.count)} · {row.share}
            </text>
          </g>
        );
      })}
    </svg>
  );
}
