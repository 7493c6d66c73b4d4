import { ActionIcon, Skeleton, Text } from '@mantine/core';
import { useElementSize } from '@mantine/hooks';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { loadPictures, PictureSet } from '../../report/pictures';
import type { ReportModel } from '../../report/report-model';
import { ReportPages } from '../../report/report-pages';
import styles from './report-dialog.module.css';

/** 210 mm at 96 dpi. */
const SHEET_WIDTH_PX = 793.7;

/** One page of the report, drawn by the components that are printed, with a pager. */
export function ReportPreview({ model, loading }: { model: ReportModel | null; loading: boolean }) {
  const { t } = useTranslation('report');
  const { ref, width } = useElementSize();
  const [wanted, setWanted] = useState(0);
  const pageCount = model?.pages.length ?? 1;
  const index = Math.min(wanted, pageCount - 1);
  const pictures = usePagePictures(model, index);
  return (
    <div className={styles.preview} aria-busy={loading} data-testid="report-preview">
      <div ref={ref} className={styles.sheet}>
        {model && width > 0 ? (
          <div className={styles.scaled} style={{ transform: `scale(${width / SHEET_WIDTH_PX})` }}>
            <ReportPages model={model} from={index} to={index + 1} pictures={pictures} />
          </div>
        ) : (
          <Skeleton height="100%" radius={0} aria-label={t('dialog.loading')} />
        )}
      </div>
      <div className={styles.pager}>
        <ActionIcon
          disabled={index === 0}
          aria-label={t('dialog.previous')}
          onClick={() => setWanted(index - 1)}
          data-testid="report-previous"
        >
          <IconChevronLeft size={18} />
        </ActionIcon>
        <Text size="sm">{model ? t('dialog.previewPage', { page: index + 1, pages: pageCount }) : t('dialog.loading')}</Text>
        <ActionIcon
          disabled={index >= pageCount - 1}
          aria-label={t('dialog.next')}
          onClick={() => setWanted(index + 1)}
          data-testid="report-next"
        >
          <IconChevronRight size={18} />
        </ActionIcon>
      </div>
    </div>
  );
}

const noPictures = new PictureSet();

/** The pictures of that page; none until they are loaded. They are freed when another page is shown. */
function usePagePictures(model: ReportModel | null, index: number): PictureSet {
  const [loaded, setLoaded] = useState<{ model: ReportModel; index: number; pictures: PictureSet } | null>(null);
  useEffect(() => {
    if (!model) return;
    const controller = new AbortController();
    const loading = loadPictures(model, model.pages.slice(index, index + 1), controller.signal);
    loading.then((pictures) => setLoaded({ model, index, pictures })).catch(() => undefined);
    return () => {
      controller.abort();
      loading.then((pictures) => pictures.dispose()).catch(() => undefined);
    };
  }, [model, index]);
  const isCurrent = loaded !== null && loaded.model === model && loaded.index === index;
  return isCurrent ? loaded.pictures : noPictures;
}
