import { Tooltip } from '@mantine/core';
import { IconAlertTriangle, IconCpu } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Engine } from '#shared/domain/model';
import { isJobActive, openDialog, useApp } from '../../app/state/app-store';
import { engineOf, passedOver, precisionOf } from '../../app/state/engine';
import { useName } from '../../app/state/locale';
import { useEditor } from '../../editor';
import styles from './top-bar.module.css';

/** What computes or would compute: backend · model · precision, always in sight. The tooltip says why not something faster. */
export function EngineBadge() {
  const { t } = useTranslation('workspace');
  const badge = useBadge();
  return (
    <Tooltip
      label={badge.lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    >
      <button
        type="button"
        className={styles.badge}
        onClick={() => openDialog('devices')}
        aria-label={t('devices')}
        data-testid="engine-badge"
      >
        {badge.isTrouble ? <IconAlertTriangle size={14} color="var(--rs-warn)" /> : <IconCpu size={14} />}
        <span>{badge.text}</span>
      </button>
    </Tooltip>
  );
}

function useBadge(): { text: string; lines: string[]; isTrouble: boolean } {
  const { t } = useTranslation(['workspace', 'domain', 'devices']);
  const name = useName();
  const models = useApp((state) => state.models);
  const devices = useApp((state) => state.devices);
  const settings = useApp((state) => state.settings);
  const running = useApp((state) => (isJobActive(state.job) ? state.job.engine : null));
  const used = useEditor((state) => state.document?.inference?.engine ?? null);
  const modelName = (id: string): string => {
    const model = models?.find((entry) => entry.id === id);
    return model ? name(model.name) : id;
  };
  const nameOf = (engine: Engine): string =>
    [t(`domain:backend.${engine.backend}`), modelName(engine.modelId), engine.precision].join(' · ');

  const { model, device } = engineOf({ models, devices, settings });
  const planned =
    device && model ? [t(`domain:backend.${device.backend}`), name(model.name), precisionOf(model, device.backend)].join(' · ') : null;
  const skipped = passedOver(devices, settings.device === 'auto' ? device : null);
  const lines = [
    ...(planned === null ? [] : [t('engine.planned', { engine: planned })]),
    ...(used
      ? [t('engine.used', { engine: `${nameOf(used)} · ${used.device}` }), t('engine.hash', { hash: used.modelSha256.slice(0, 12) })]
      : []),
    ...[...skipped, ...(device && !device.available ? [device] : [])].map((state) =>
      t('engine.reason', { backend: t(`domain:backend.${state.backend}`), reason: state.reason ?? t('devices:noReason') }),
    ),
  ];
  const isKnown = devices !== null && models !== null;
  const text = running ? nameOf(running) : (planned ?? (isKnown ? t('engine.none') : t('engine.pending')));
  return { text, lines: lines.length > 0 ? lines : [t('devices')], isTrouble: isKnown && !(device?.available && model) };
}
