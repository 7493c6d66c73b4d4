import { Anchor, Select, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconCpu } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { ModelMetrics } from '#shared/domain/model';
import { openDialog, useApp } from '../../app/state/app-store';
import { engineOf, passedOver } from '../../app/state/engine';
import { changeSettings, useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { formatMeasure } from '../../platform/format';
import { useModelOptions } from '../controls/model-options';
import styles from './welcome.module.css';

/** What will compute: device, threads, model; or why nothing can. */
export function EnginePanel() {
  const { t } = useTranslation('welcome');
  return (
    <div className={styles.engine} data-testid="welcome-engine">
      <div className={styles.engineHead}>
        <IconCpu size={16} />
        <h2>{t('engine')}</h2>
        <Anchor component="button" type="button" size="xs" onClick={() => openDialog('devices')} data-testid="open-devices">
          {t('deviceDetails')}
        </Anchor>
      </div>
      <DeviceLine />
      <ModelChoice />
    </div>
  );
}

function DeviceLine() {
  const { t } = useTranslation(['welcome', 'domain', 'devices']);
  const devices = useApp((state) => state.devices);
  const choice = useApp((state) => state.settings.device);
  const models = useApp((state) => state.models);
  const settings = useApp((state) => state.settings);
  if (!devices) return <Skeleton height={18} w={240} aria-label={t('engineLoading')} />;
  const { device } = engineOf({ devices, models, settings });
  if (!device?.available) {
    return <Trouble text={t('noDevice', { reason: device?.reason ?? t(`domain:device.${choice}`) })} />;
  }
  const [skipped] = passedOver(devices, choice === 'auto' ? device : null);
  const name = device.device === '' ? t(`domain:backend.${device.backend}`) : device.device;
  return (
    <>
      <div>{device.threads === null ? name : t('engineReady', { device: name, threads: device.threads })}</div>
      {skipped && <div className={styles.dim}>{t('engineFallback', { reason: skipped.reason ?? t('devices:noReason') })}</div>}
    </>
  );
}

function ModelChoice() {
  const { t } = useTranslation(['welcome', 'domain', 'workspace']);
  const options = useModelOptions();
  const locale = useLocale();
  const models = useApp((state) => state.models);
  const settings = useApp((state) => state.settings);
  if (!models) return <Skeleton height={30} />;
  const { model } = engineOf({ models, devices: null, settings });
  if (!model) return <Trouble text={t('noModel', { reason: models[0]?.error ?? t('workspace:infer.noModel') })} />;
  const figures = model.metrics[0];
  return (
    <div>
      <Select
        label={t('model')}
        data={options}
        value={model.id}
        onChange={(modelId) => attempt(() => changeSettings({ modelId }))}
        data-testid="welcome-model"
      />
      <div className={styles.modelFigures}>
        {t(`domain:component.${model.component}`)} ·{' '}
        {figures
          ? t('modelFigures', { figure: mainFigure(figures), parameters: formatMeasure(model.parameters / 1e6, locale) })
          : model.architecture}
      </div>
    </div>
  );
}

/** The one figure that fits on the line. */
function mainFigure(metrics: ModelMetrics): string {
  return 'mIoU' in metrics ? `mIoU ${metrics.mIoU.toFixed(3)}` : `mask AP ${metrics.maskAp.toFixed(3)}`;
}

function Trouble({ text }: { text: string }) {
  return (
    <div className={styles.trouble}>
      <IconAlertTriangle size={15} />
      {text}
    </div>
  );
}
