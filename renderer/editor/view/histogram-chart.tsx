import type { DisplayStretch } from '#shared/domain/editor';
import type { Histogram } from '../editor-api';
import styles from './editor.module.css';

/** How often sample values occur, with the part that is stretched to black…white. */
export function HistogramChart({ histogram, topDn, stretch }: { histogram: Histogram; topDn: number; stretch: DisplayStretch }) {
  const { bars, toDn } = histogram;
  const width = toDn / bars.length;
  const points = bars.map((height, index) => `${index * width},${1 - height} ${(index + 1) * width},${1 - height}`).join(' ');
  return (
    <svg className={styles.histogram} viewBox={`0 0 ${topDn} 1`} preserveAspectRatio="none" aria-hidden="true">
      <rect x={stretch.low} y={0} width={Math.max(0, stretch.high - stretch.low)} height={1} className={styles.histogramWindow} />
      <polygon points={`0,1 ${points} ${toDn},1`} className={styles.histogramBars} />
    </svg>
  );
}
