import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { defectClass } from '#shared/domain/defect-classes';
import type { DefectRow } from '#shared/ipc/contract';
import type { Box } from '#shared/geometry/box';
import { cropUrl, overlayUrl } from '#shared/resource-url';
import { useName } from '../../app/state/locale';
import { fileName, formatScore } from '../../platform/format';
import { ClassSwatch } from '../controls/class-swatch';
import styles from './queue.module.css';

const CROP_SIDE_PX = 96;

export function DefectRowButton({ row, isCurrent, onOpen }: { row: DefectRow; isCurrent: boolean; onOpen: () => void }) {
  const { t } = useTranslation(['workspace', 'domain']);
  const name = useName();
  return (
    <button
      type="button"
      className={styles.row}
      tabIndex={-1}
      aria-current={isCurrent}
      title={row.relativePath}
      onClick={onOpen}
      data-testid={`defect-row-${row.imageId}-${row.label}`}
      data-decision={row.decision}
    >
      <DefectCrop row={row} />
      <span className={styles.rowText}>
        <span className={styles.rowName}>
          <ClassSwatch code={row.classCode} />
          <span>{name(defectClass(row.classCode))}</span>
        </span>
        <span className={styles.rowState}>
          <span className={styles.grade} data-grade={row.grade}>
            {t(`domain:grade.${row.grade}`)}
          </span>
          <span className={styles.rowFile}>{fileName(row.relativePath)}</span>
        </span>
      </span>
      <span className={styles.rowEnd}>
        <span title={t('queue.score')}>{row.score === null ? '–' : formatScore(row.score)}</span>
        <span aria-label={t(`domain:decision.${row.decision}`)} title={t(`domain:decision.${row.decision}`)}>
          {row.decision === 'accepted' && <IconCheck size={15} color="var(--rs-good)" />}
          {row.decision === 'rejected' && <IconX size={15} color="var(--rs-bad)" />}
        </span>
      </span>
    </button>
  );
}

/** The picture around the defect, with its mask on top. The overlay's fragment makes it load anew when the mask or its colour changed. */
function DefectCrop({ row }: { row: DefectRow }) {
  const box = cropBox(row.box);
  const [hasOverlay, setHasOverlay] = useState(true);
  return (
    <span className={styles.thumbnail}>
      <img src={cropUrl(row.imageId, box, CROP_SIDE_PX)} alt="" loading="lazy" decoding="async" draggable={false} />
      {hasOverlay && (
        <img
          className={styles.overlay}
          src={`${overlayUrl(row.imageId, row.label, box, CROP_SIDE_PX)}#${row.areaPx}-${row.classCode}`}
          alt=""
          loading="lazy"
          decoding="async"
          draggable={false}
          onError={() => setHasOverlay(false)}
        />
      )}
    </span>
  );
}

/** A square around the defect with some of its surroundings; it may reach beyond the picture. */
function cropBox({ x, y, width, height }: Box): Box {
  const side = Math.max(48, Math.ceil(Math.max(width, height) * 1.4));
  const left = Math.max(0, Math.round(x + width / 2 - side / 2));
  const top = Math.max(0, Math.round(y + height / 2 - side / 2));
  return { x: left, y: top, width: side, height: side };
}
