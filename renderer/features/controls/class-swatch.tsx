import { defectClass, type OutlinePattern } from '#shared/domain/defect-classes';

const dashes: Record<OutlinePattern, string | undefined> = {
  solid: undefined,
  dashed: '4 2',
  dotted: '1.5 1.5',
  'dash-dot': '4 1.5 1.5 1.5',
};

/** A class as its colour and outline, as on the canvas. */
export function ClassSwatch({ code, sizePx = 13 }: { code: string; sizePx?: number }) {
  const { colour, outline } = defectClass(code);
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 14 14" aria-hidden="true" style={{ flex: 'none' }}>
      <rect
        x="1"
        y="1"
        width="12"
        height="12"
        rx="2"
        fill={colour}
        fillOpacity="0.45"
        stroke={colour}
        strokeWidth="2"
        strokeDasharray={dashes[outline]}
      />
    </svg>
  );
}
