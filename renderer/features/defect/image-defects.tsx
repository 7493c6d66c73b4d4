import { IconCheck, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { defectClass } from '#shared/domain/defect-classes';
import { useName } from '../../app/state/locale';
import { editorCommands, useEditor } from '../../editor';
import { formatScore } from '../../platform/format';
import { ClassSwatch } from '../controls/class-swatch';
import { Section } from '../controls/section';
import styles from './details.module.css';

/** Every defect of the picture on screen, from top to bottom. */
export function ImageDefects() {
  const { t } = useTranslation(['workspace', 'domain']);
  const name = useName();
  const hasDocument = useEditor((state) => state.document !== null);
  const defects = useEditor((state) => state.defects);
  const selected = useEditor((state) => state.selectedLabel);
  if (!hasDocument) return null;
  const ordered = defects.toSorted((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
  return (
    <Section title={t('defect.inImage', { count: defects.length })} testId="image-defects">
      {ordered.length === 0 && <p className={styles.dim}>{t('defect.noneInImage')}</p>}
      <div className={styles.defectChips}>
        {ordered.map((defect) => (
          <button
            key={defect.label}
            type="button"
            aria-pressed={defect.label === selected}
            data-decision={defect.decision}
            onClick={() => editorCommands.select(defect.label, { reveal: true })}
            data-testid={`image-defect-${defect.label}`}
          >
            <ClassSwatch code={defect.classCode} sizePx={11} />
            <span>{name(defectClass(defect.classCode))}</span>
            {defect.score !== null && <span className={styles.dim}>{formatScore(defect.score)}</span>}
            {defect.decision === 'accepted' && <IconCheck size={12} color="var(--rs-good)" aria-label={t('domain:decision.accepted')} />}
            {defect.decision === 'rejected' && <IconX size={12} color="var(--rs-bad)" aria-label={t('domain:decision.rejected')} />}
          </button>
        ))}
      </div>
    </Section>
  );
}
