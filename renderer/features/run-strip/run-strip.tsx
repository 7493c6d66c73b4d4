import { useResizeObserver } from '@mantine/hooks';
import { useEffect, useRef, useState, type PointerEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { attempt } from '../../app/state/notify';
import { useLocale } from '../../app/state/locale';
import { formatCount } from '../../platform/format';
import { openImage, useNavigation } from '../review/navigation';
import { drawStrip } from './draw-strip';
import { placeAt, tickStates, type StripModel } from './strip-model';
import { useStrip } from './strip-store';
import styles from './run-strip.module.css';

/** The whole run along the bottom: a tick per picture, the one on screen in brackets; a click goes there. */
export function RunStrip() {
  const { t } = useTranslation('workspace');
  const { strip, revision } = useStrip();
  const imageId = useNavigation((state) => state.imageId);
  const currentPlace = imageId === null ? -1 : (strip.places.get(imageId) ?? -1);
  const [frame, rect] = useResizeObserver<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState<number | null>(null);

  useEffect(() => {
    if (canvas.current) drawStrip(canvas.current, strip, currentPlace, rect.width, rect.height);
  }, [strip, revision, currentPlace, rect.width, rect.height]);

  const placeOf = (event: PointerEvent): number => placeAt(strip, event.nativeEvent.offsetX, rect.width);
  const jump = (event: PointerEvent): void => {
    const id = strip.ids[placeOf(event)];
    if (id !== undefined && id > 0) attempt(() => openImage(id));
  };
  return (
    <footer className={styles.strip} aria-label={t('panes.strip')}>
      <div
        ref={frame}
        className={styles.frame}
        onPointerDown={jump}
        onPointerMove={(event) => setPointed(strip.count > 0 ? placeOf(event) : null)}
        onPointerLeave={() => setPointed(null)}
        title={t('strip.label')}
        data-testid="run-strip"
      >
        <canvas ref={canvas} role="img" aria-label={t('strip.label')} />
      </div>
      <div className={styles.foot}>
        <Place strip={strip} place={pointed ?? currentPlace} />
        <Legend />
      </div>
    </footer>
  );
}

function Place({ strip, place }: { strip: StripModel; place: number }) {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  if (place < 0 || place >= strip.count) return <span />;
  const state = tickStates[strip.states[place] ?? 0] ?? 'absent';
  const where = `${formatCount(place + 1, locale)} / ${formatCount(strip.count, locale)}`;
  return <span>{state === 'absent' ? where : `${where} · ${t(`strip.${state}`)}`}</span>;
}

function Legend() {
  const { t } = useTranslation('workspace');
  return (
    <span className={styles.legend}>
      {tickStates.map((state) =>
        state === 'absent' ? null : (
          <span key={state} data-state={state}>
            {t(`strip.${state}`)}
          </span>
        ),
      )}
    </span>
  );
}
