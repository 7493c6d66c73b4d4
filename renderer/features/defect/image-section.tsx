import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { regionModeSchema, type RegionMode } from '#shared/domain/image';
import { isJobActive, useApp } from '../../app/state/app-store';
import { startInspection } from '../../app/state/inspection';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { editorCommands, useEditor } from '../../editor';
import { formatCount } from '../../platform/format';
import { ChoiceBar } from '../controls/choice-bar';
import { Section } from '../controls/section';
import { stepImage } from '../review/navigation';
import styles from './details.module.css';

/** The picture itself, and which part of it the network looks at. */
export function ImageSection() {
  const { t } = useTranslation('workspace');
  const image = useEditor((state) => state.document?.image);
  const locale = useLocale();
  if (!image) return null;
  const { header } = image;
  return (
    <Section title={t('image.title')} aside={<StepButtons />}>
      <div className={styles.path}>{image.relativePath}</div>
      {header && (
        <div className={styles.dim}>
          {t('image.format', {
            width: formatCount(header.width, locale),
            height: formatCount(header.height, locale),
            depth: header.bitDepth,
            colour: header.channels === 1 ? t('image.grey') : t('image.rgb'),
          })}
        </div>
      )}
      <RegionControl imageId={image.id} />
    </Section>
  );
}

function StepButtons() {
  const { t } = useTranslation('workspace');
  return (
    <div className={styles.steps}>
      <Tooltip label={`${t('image.previous')} · ←`}>
        <ActionIcon size={22} aria-label={t('image.previous')} onClick={() => attempt(() => stepImage(-1))} data-testid="previous-image">
          <IconChevronLeft size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={`${t('image.next')} · →`}>
        <ActionIcon size={22} aria-label={t('image.next')} onClick={() => attempt(() => stepImage(1))} data-testid="next-image">
          <IconChevronRight size={16} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function RegionControl({ imageId }: { imageId: number }) {
  const { t } = useTranslation(['workspace', 'domain']);
  const region = useEditor((state) => state.document?.region);
  const tool = useEditor((state) => state.tool);
  const readOnly = useEditor((state) => state.readOnly);
  const isActive = useApp((state) => isJobActive(state.job));
  if (!region) return null;
  const change = (mode: RegionMode): void => {
    if (mode === 'manual') editorCommands.setTool('region');
    else attempt(() => editorCommands.setRegion(mode, null));
  };
  return (
    <div>
      <div className={styles.label}>{t('region.title')}</div>
      <ChoiceBar
        label={t('region.title')}
        value={tool === 'region' ? 'manual' : region.mode}
        disabled={readOnly}
        onChange={change}
        choices={regionModeSchema.options.map((mode) => ({ value: mode, label: t(`domain:region.${mode}`), hint: t(`region.${mode}`) }))}
        testId="region-mode"
      />
      <div className={styles.regionLine}>
        <span className={styles.dim}>
          {region.box ? t('region.box', { width: region.box.width, height: region.box.height }) : t('region.whole')}
        </span>
        <Button
          size="compact-xs"
          variant="default"
          disabled={readOnly || isActive}
          onClick={() => attempt(() => startInspection('one', imageId))}
          data-testid="region-rerun"
        >
          {t('region.rerun')}
        </Button>
      </div>
    </div>
  );
}
