import { Button, Modal, Skeleton, Stack } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconRefresh, IconServer } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { DeviceState, ModelMetrics, ModelSummary } from '#shared/domain/model';
import { loadMachine } from '../../app/session';
import { openDialog, useApp } from '../../app/state/app-store';
import { useLocale, useName } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { formatCount, formatMeasure } from '../../platform/format';
import styles from './devices.module.css';

export function DevicesDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['devices', 'common']);
  return (
    <Modal opened={opened} onClose={onClose} title={t('title')} size={820} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Stack gap="lg" data-testid="devices-dialog">
        <DeviceList />
        <ModelList />
      </Stack>
    </Modal>
  );
}

function DeviceList() {
  const { t } = useTranslation('devices');
  const devices = useApp((state) => state.devices);
  const lookAgain = (): void => {
    useApp.setState({ devices: null });
    attempt(loadMachine);
  };
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h3>{t('devices')}</h3>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconRefresh size={13} />}
          disabled={!devices}
          onClick={lookAgain}
          data-testid="devices-refresh"
        >
          {t('refresh')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          leftSection={<IconServer size={13} />}
          onClick={() => openDialog('settings', 'server')}
          data-testid="devices-server"
        >
          {t('setServer')}
        </Button>
      </div>
      {!devices && <p className={styles.dim}>{t('checking')}</p>}
      {!devices && <Skeleton height={96} />}
      {devices?.map((device) => (
        <DeviceLine key={device.backend} device={device} />
      ))}
    </section>
  );
}

function DeviceLine({ device }: { device: DeviceState }) {
  const { t } = useTranslation(['devices', 'domain']);
  const state = device.available ? t('available') : t('unavailable');
  return (
    <div className={styles.device} data-testid={`device-${device.backend}`} data-available={device.available}>
      <span title={state}>
        {device.available ? (
          <IconCircleCheck size={17} color="var(--rs-good)" aria-label={state} />
        ) : (
          <IconCircleX size={17} color="#7d8791" aria-label={state} />
        )}
      </span>
      <strong>{t(`domain:backend.${device.backend}`)}</strong>
      <span className={styles.deviceText}>
        <span>
          {[device.device, device.threads === null ? '' : t('threads', { count: device.threads })]
            .filter((part) => part !== '')
            .join(' · ')}
        </span>
        {(device.reason !== null || !device.available) && <span className={styles.dim}>{device.reason ?? t('noReason')}</span>}
      </span>
    </div>
  );
}

function ModelList() {
  const { t } = useTranslation('devices');
  const models = useApp((state) => state.models);
  return (
    <section className={styles.section}>
      <div className={styles.head}>
        <h3>{t('models')}</h3>
      </div>
      {!models && <Skeleton height={120} />}
      {models?.length === 0 && <p className={styles.dim}>{t('noModels')}</p>}
      {models?.map((model) => (
        <ModelCard key={model.id} model={model} />
      ))}
    </section>
  );
}

function ModelCard({ model }: { model: ModelSummary }) {
  const { t } = useTranslation(['devices', 'domain']);
  const name = useName();
  const locale = useLocale();
  const facts = [
    t(`domain:task.${model.task}`),
    t(`domain:component.${model.component}`),
    t('architecture', { architecture: model.architecture }),
    t('parametersValue', { millions: formatMeasure(model.parameters / 1e6, locale) }),
    model.precisions.join(', '),
    t('licence', { licence: model.licence }),
  ];
  return (
    <article className={styles.model} data-testid={`model-${model.id}`}>
      <div className={styles.modelHead}>
        <strong>{name(model.name)}</strong>
        <span className={styles.dim}>{model.id}</span>
      </div>
      <div className={styles.dim}>{facts.join(' · ')}</div>
      {model.error !== null && <div className={styles.error}>{model.error}</div>}
      {model.metrics.length > 0 ? <MetricsTable model={model} /> : <div className={styles.dim}>{t('noMetrics')}</div>}
    </article>
  );
}

/** Of networks of probabilities, then of networks of instances. */
const metricColumns = ['pa', 'mIoU', 'mDice', 'boxAp', 'boxAp50', 'maskAp', 'maskAp50'] as const;

function figureOf(row: ModelMetrics, column: (typeof metricColumns)[number]): number | null {
  const figures: Partial<Record<typeof column, number>> = row;
  return figures[column] ?? null;
}

function MetricsTable({ model }: { model: ModelSummary }) {
  const { t } = useTranslation('devices');
  const locale = useLocale();
  const columns = metricColumns.filter((column) => model.metrics.some((row) => figureOf(row, column) !== null));
  return (
    <table className={styles.metrics}>
      <thead>
        <tr>
          <th>{t('dataset')}</th>
          <th>{t('images')}</th>
          {columns.map((column) => (
            <th key={column}>{t(column)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {model.metrics.map((row) => (
          <tr key={`${row.dataset}:${row.note ?? ''}`}>
            <td>
              {row.dataset}
              {row.note !== undefined && <span className={styles.dim}> {row.note}</span>}
            </td>
            <td>{formatCount(row.images, locale)}</td>
            {columns.map((column) => (
              <td key={column}>{figureOf(row, column)?.toFixed(4) ?? '–'}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
