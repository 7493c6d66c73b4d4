import { useTranslation } from 'react-i18next';
import { DisplayPanel, useEditor } from '../../editor';
import { DefectForm } from './defect-form';
import styles from './details.module.css';
import { ImageDefects } from './image-defects';
import { ImageReview } from './image-review';
import { ImageSection } from './image-section';
import { InferenceInfo } from './inference-info';
import { ThresholdControl } from './threshold-control';

/** The right panel: the selected defect, its picture, and how it is shown. */
export function DetailsPanel() {
  const { t } = useTranslation('workspace');
  const hasDocument = useEditor((state) => state.document !== null);
  return (
    <aside className={styles.panel} aria-label={t('panes.details')}>
      <div className={styles.scroll} data-pane="details" tabIndex={-1}>
        <ImageDefects />
        <DefectForm />
        {hasDocument && (
          <>
            <ThresholdControl />
            <DisplayPanel />
            <ImageSection />
            <InferenceInfo />
          </>
        )}
      </div>
      <ImageReview />
    </aside>
  );
}
