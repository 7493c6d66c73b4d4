import { NumberInput, RangeSlider, Slider, Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ChoiceBar } from '../../features/controls/choice-bar';
import { Section } from '../../features/controls/section';
import { maximumSample } from '../display/lut';
import { editorCommands } from '../editor';
import { stretchPresets } from '../editor-api';
import type { MaskView } from '../editor-api';
import { useEditor } from '../state';
import styles from './editor.module.css';
import { HistogramChart } from './histogram-chart';

/** How the picture and its masks are shown; never what they are. */
export function DisplayPanel() {
  return (
    <>
      <PictureDisplay />
      <MaskDisplay />
    </>
  );
}

function PictureDisplay() {
  const { t } = useTranslation('editor');
  const bitDepth = useEditor((state) => state.document?.image.header?.bitDepth ?? 8);
  const stretch = useEditor((state) => state.stretch);
  const mode = useEditor((state) => state.stretchMode);
  const histogram = useEditor((state) => state.histogram);
  const most = maximumSample(bitDepth);
  const top = Math.min(most, Math.max(histogram?.toDn ?? most, stretch.high));
  const preset = mode === 'manual' || mode === 'opening' ? null : mode;
  return (
    <Section title={t('display.title')} testId="display-panel">
      <ChoiceBar
        label={t('display.preset')}
        value={preset}
        onChange={(next) => editorCommands.applyStretchPreset(next)}
        choices={stretchPresets.map((value) => ({ value, label: t(`display.${value}`) }))}
        testId="display-preset"
      />
      <div className={styles.window}>
        {histogram && <HistogramChart histogram={histogram} topDn={top} stretch={stretch} />}
        <RangeSlider
          size={3}
          thumbSize={13}
          min={0}
          max={top}
          minRange={1}
          value={[stretch.low, stretch.high]}
          onChange={([low, high]) => editorCommands.setStretch({ low, high })}
          label={null}
          thumbFromLabel={t('display.low')}
          thumbToLabel={t('display.high')}
          data-testid="display-range"
        />
      </div>
      <div className={styles.pair}>
        <DnInput
          label={t('display.low')}
          value={stretch.low}
          most={most - 1}
          testId="display-low"
          onChange={(low) => editorCommands.setStretch({ low })}
        />
        <DnInput
          label={t('display.high')}
          value={stretch.high}
          most={most}
          testId="display-high"
          onChange={(high) => editorCommands.setStretch({ high })}
        />
      </div>
      <div className={styles.row}>
        <span>{t('display.gamma')}</span>
        <Slider
          className={styles.grow ?? ''}
          size={3}
          thumbSize={13}
          min={-1}
          max={1}
          step={0.02}
          value={Math.log10(stretch.gamma)}
          onChange={(power) => editorCommands.setStretch({ gamma: Math.round(10 ** power * 100) / 100 })}
          label={null}
          thumbLabel={t('display.gamma')}
          data-testid="display-gamma"
        />
        <span className={styles.number}>{stretch.gamma.toFixed(2)}</span>
      </div>
      <Switch
        size="xs"
        label={t('display.invert')}
        checked={stretch.invert}
        onChange={(event) => editorCommands.setStretch({ invert: event.currentTarget.checked })}
        data-testid="display-invert"
      />
      <div className={styles.dim}>{t('display.hint')}</div>
    </Section>
  );
}

interface DnInputProps {
  label: string;
  value: number;
  most: number;
  testId: string;
  onChange: (value: number) => void;
}

function DnInput({ label, value, most, testId, onChange }: DnInputProps) {
  return (
    <NumberInput
      size="xs"
      label={label}
      hideControls
      allowDecimal={false}
      min={0}
      max={most}
      value={value}
      onChange={(next) => {
        if (typeof next === 'number') onChange(next);
      }}
      rightSection={<span className={styles.unit}>DN</span>}
      data-testid={testId}
    />
  );
}

/** as in the window's key table */
const BOXES_KEY = 'T';
const maskViews: readonly MaskView[] = ['review', 'model', 'difference'];

function MaskDisplay() {
  const { t } = useTranslation('editor');
  const view = useEditor((state) => state.maskView);
  const opacity = useEditor((state) => state.maskOpacity);
  const outlinesOnly = useEditor((state) => state.outlinesOnly);
  const boxesVisible = useEditor((state) => state.boxesVisible);
  const hasInstances = useEditor((state) => state.document?.inference?.kind === 'instances');
  return (
    <Section title={t('mask.title')} testId="mask-panel">
      <ChoiceBar
        label={t('mask.view')}
        value={view}
        onChange={(next) => editorCommands.setMaskView(next)}
        choices={maskViews.map((value) => ({ value, label: t(`mask.${value}`) }))}
        testId="mask-view"
      />
      <div className={styles.row}>
        <span>{t('mask.opacity')}</span>
        <Slider
          className={styles.grow ?? ''}
          size={3}
          thumbSize={13}
          min={0}
          max={100}
          value={Math.round(opacity * 100)}
          onChange={(percent) => editorCommands.setMaskOpacity(percent / 100)}
          label={null}
          thumbLabel={t('mask.opacity')}
          data-testid="mask-opacity"
        />
        <span className={styles.number}>{Math.round(opacity * 100)} %</span>
      </div>
      <Switch
        size="xs"
        label={t('mask.outlinesOnly')}
        checked={outlinesOnly}
        onChange={(event) => editorCommands.setOutlinesOnly(event.currentTarget.checked)}
        data-testid="mask-outlines-only"
      />
      {hasInstances && (
        <Switch
          size="xs"
          label={`${t('mask.boxes')} (${BOXES_KEY})`}
          checked={boxesVisible}
          onChange={(event) => editorCommands.setBoxesVisible(event.currentTarget.checked)}
          data-testid="mask-boxes"
        />
      )}
    </Section>
  );
}
