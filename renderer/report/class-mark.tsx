/** A class's colour with its pattern, drawn as plain shapes: SVG patterns would be printed as bitmaps. */
import type { OutlinePattern } from '#shared/domain/defect-classes';

const STEP = 6;

interface PatternedBarProps {
  colour: string;
  pattern: OutlinePattern;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A bar in SVG user units. */
export function PatternedBar({ colour, pattern, x, y, width, height }: PatternedBarProps) {
  const positions = pattern === 'solid' ? [] : Array.from({ length: Math.floor(width / STEP) }, (_, index) => x + (index + 0.5) * STEP);
  return (
    <g>
      <rect x={x} y={y} width={width} height={height} fill={colour} stroke="#16202b" strokeWidth={0.5} />
      {positions.map((at, index) =>
        pattern === 'dotted' || (pattern === 'dash-dot' && index % 2 === 1) ? (
          <circle key={at} cx={at} cy={y + height / 2} r={1.3} fill="#fff" />
        ) : (
          <line key={at} x1={at} y1={y} x2={at} y2={y + height} stroke="#fff" strokeWidth={1.6} />
        ),
      )}
    </g>
  );
}

export function ClassMark({ colour, pattern }: { colour: string; pattern: OutlinePattern }) {
  return (
    <svg className="report-class-mark" viewBox="0 0 20 12" aria-hidden>
      <PatternedBar colour={colour} pattern={pattern} x={0.5} y={0.5} width={19} height={11} />
    </svg>
  );
}
