import { useTranslation } from 'react-i18next';
import { differenceColours } from '../canvas/colours';
import { useEditor } from '../state';
import styles from './editor.module.css';

/** Which colour is whose, while the difference is shown; and that the model's mask is shown, while it is. */
export function DifferenceLegend() {
  const { t } = useTranslation('editor');
  const view = useEditor((state) => state.maskView);
  const hasModel = useEditor((state) => state.document?.inference != null);
  const hasDocument = useEditor((state) => state.document !== null);
  if (view === 'review' || !hasDocument) return null;
  return (
    <div className={styles.legend} data-testid="mask-legend">
      <strong>{t(`mask.${view}`)}</strong>
      {!hasModel && <span>{t('mask.noModel')}</span>}
      {hasModel &&
        view === 'difference' &&
        (['both', 'onlyModel', 'onlyHuman'] as const).map((key) => (
          <span key={key}>
            <svg width="10" height="10" aria-hidden="true">
              <rect width="10" height="10" rx="2" fill={differenceColours[key]} />
            </svg>
            {t(`mask.${key}`)}
          </span>
        ))}
    </div>
  );
}
