import { ActionIcon, Button, Popover, Select, Stack, Tooltip } from '@mantine/core';
import { IconChevronDown, IconPlayerPlay } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceChoiceSchema, type DeviceChoice } from '#shared/domain/model';
import { useApp } from '../../app/state/app-store';
import { chooseDevice, engineOf } from '../../app/state/engine';
import { startInspection, type InspectionScope } from '../../app/state/inspection';
import { changeSettings } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { useModelOptions } from '../controls/model-options';
import { useNavigation } from '../review/navigation';
import styles from './top-bar.module.css';

/** Starts inference; model, device and extent one click further. */
export function InferenceMenu() {
  const { t } = useTranslation('workspace');
  const [opened, setOpened] = useState(false);
  const readOnly = useApp((state) => state.project?.readOnly ?? true);
  const models = useApp((state) => state.models);
  const settings = useApp((state) => state.settings);
  const counts = useApp((state) => state.counts);
  const { model } = engineOf({ models, devices: null, settings });
  const isComplete = counts !== null && counts.images > 0 && counts.inferred + counts.unreadable >= counts.images;
  const obstacle = readOnly ? t('infer.readOnly') : models !== null && !model ? t('infer.noModel') : null;
  const isDisabled = obstacle !== null || !model || !counts?.images;
  const start = (scope: InspectionScope, imageId: number | null = null): void => {
    setOpened(false);
    attempt(() => startInspection(scope, imageId));
  };
  return (
    <div className={styles.infer}>
      <Tooltip label={obstacle ?? t('infer.missing')}>
        <Button
          className={styles.inferMain}
          variant={isComplete ? 'default' : 'filled'}
          leftSection={<IconPlayerPlay size={14} />}
          {...(isDisabled ? { 'data-disabled': true } : {})}
          aria-disabled={isDisabled}
          onClick={() => (isDisabled ? undefined : isComplete ? setOpened(true) : start('missing'))}
          data-testid="start-inference"
        >
          {isComplete ? t('infer.again') : t('infer.start')}
        </Button>
      </Tooltip>
      <Popover opened={opened} onChange={setOpened} position="bottom-end" width={280} shadow="md" trapFocus>
        <Popover.Target>
          <ActionIcon
            className={styles.inferMore}
            variant={isComplete ? 'default' : 'filled'}
            color="rail"
            size={30}
            onClick={() => setOpened(!opened)}
            aria-label={t('infer.options')}
            data-testid="inference-options"
          >
            <IconChevronDown size={15} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <Stack gap="xs">
            <EngineChoice />
            <ScopeButtons disabled={isDisabled} isComplete={isComplete} start={start} />
          </Stack>
        </Popover.Dropdown>
      </Popover>
    </div>
  );
}

function EngineChoice() {
  const { t } = useTranslation(['workspace', 'domain']);
  const options = useModelOptions();
  const models = useApp((state) => state.models);
  const devices = useApp((state) => state.devices);
  const settings = useApp((state) => state.settings);
  const { model } = engineOf({ models, devices, settings });
  const deviceLabel = (choice: DeviceChoice): string => {
    const label = t(`domain:device.${choice}`);
    return devices && !chooseDevice(devices, choice)?.available ? `${label} · ${t('infer.unusable')}` : label;
  };
  return (
    <>
      <Select
        label={t('infer.model')}
        data={options}
        value={model?.id ?? null}
        onChange={(modelId) => attempt(() => changeSettings({ modelId }))}
        comboboxProps={{ withinPortal: false }}
        data-testid="inference-model"
      />
      <Select
        label={t('infer.device')}
        data={deviceChoiceSchema.options.map((choice) => ({ value: choice, label: deviceLabel(choice) }))}
        value={settings.device}
        onChange={(device) => attempt(() => changeSettings({ device: deviceChoiceSchema.parse(device) }))}
        comboboxProps={{ withinPortal: false }}
        data-testid="inference-device"
      />
    </>
  );
}

interface ScopeProps {
  disabled: boolean;
  isComplete: boolean;
  start: (scope: InspectionScope, imageId?: number | null) => void;
}

function ScopeButtons({ disabled, isComplete, start }: ScopeProps) {
  const { t } = useTranslation('workspace');
  const imageId = useNavigation((state) => state.imageId);
  return (
    <Stack gap={6} mt={4}>
      <Button disabled={disabled || isComplete} onClick={() => start('missing')} data-testid="infer-missing">
        {t('infer.missing')}
      </Button>
      <Button variant="default" disabled={disabled || imageId === null} onClick={() => start('one', imageId)} data-testid="infer-one">
        {t('infer.one')}
      </Button>
      <Button variant="default" disabled={disabled} onClick={() => start('all')} data-testid="infer-all">
        {t('infer.all')}
      </Button>
    </Stack>
  );
}
