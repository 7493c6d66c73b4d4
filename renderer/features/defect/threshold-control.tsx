import { Button, Group, Slider } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { attempt } from '../../app/state/notify';
import { editorCommands, useEditor } from '../../editor';
import { Section } from '../controls/section';
import styles from './details.module.css';

const LOWEST = 0.05;
const HIGHEST = 0.95;
const STEP = 0.01;

/** Moves the line between defect and background, or the least score of instances: previewed at once on the canvas, saved only when applied. */
export function ThresholdControl() {
  const { t } = useTranslation('workspace');
  const applied = useEditor((state) => state.document?.threshold ?? null);
  const kind = useEditor((state) => state.document?.inference?.kind ?? 'probability');
  const preview = useEditor((state) => state.thresholdPreview);
  const readOnly = useEditor((state) => state.readOnly);
  const shown = preview ?? applied;
  const isMoved = preview !== null && preview !== applied;
  const apply = async (): Promise<void> => {
    if (preview === null) return;
    await editorCommands.applyThreshold(preview);
    editorCommands.previewThreshold(null);
  };
  return (
    <Section title={t(`threshold.title.${kind}`)} aside={<span data-testid="threshold-value">{shown?.toFixed(2) ?? '–'}</span>}>
      <Slider
        min={LOWEST}
        max={HIGHEST}
        step={STEP}
        size={4}
        value={shown ?? LOWEST}
        disabled={applied === null}
        label={(value) => value.toFixed(2)}
        thumbLabel={t(`threshold.title.${kind}`)}
        marks={applied === null ? [] : [{ value: applied }]}
        onChange={(value) => editorCommands.previewThreshold(value)}
        data-testid="threshold-slider"
      />
      {isMoved ? (
        <Group gap="xs" grow>
          <Button size="compact-sm" disabled={readOnly} onClick={() => attempt(apply)} data-testid="threshold-apply">
            {t('threshold.apply')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => editorCommands.previewThreshold(null)} data-testid="threshold-discard">
            {t('threshold.discard')}
          </Button>
        </Group>
      ) : (
        <div className={styles.dim}>{applied === null ? t('threshold.none') : t('threshold.hint')}</div>
      )}
    </Section>
  );
}
