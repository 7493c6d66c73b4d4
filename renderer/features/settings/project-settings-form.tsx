import { Autocomplete, Button, Group, NumberInput, Select, SimpleGrid, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Inspection, ProjectInfo } from '#shared/domain/project';
import { useApp } from '../../app/state/app-store';
import { attempt } from '../../app/state/notify';
import { invoke } from '../../platform/bridge';
import { draftOf, faultsOf, settingsOf, type ProjectDraft } from './project-draft';
import styles from './settings.module.css';

interface PartProps {
  draft: ProjectDraft;
  change: (part: Partial<ProjectDraft>) => void;
  errorOf: (field: keyof ReturnType<typeof faultsOf>) => string | null;
  disabled: boolean;
}

export function ProjectSettingsForm({ project, onClose }: { project: ProjectInfo; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const [draft, setDraft] = useState(() => draftOf(project.settings, useApp.getState().settings));
  const [wasTried, setWasTried] = useState(false);
  const faults = faultsOf(draft);
  const isSound = Object.keys(faults).length === 0;
  const save = async (): Promise<void> => {
    setWasTried(true);
    if (!isSound) return;
    const settings = await invoke('project.settings.set', settingsOf(draft));
    useApp.setState((state) => ({ project: state.project ? { ...state.project, settings } : null }));
    onClose();
  };
  const part: PartProps = {
    draft,
    change: (change) => setDraft((before) => ({ ...before, ...change })),
    errorOf: (field) => {
      const fault = wasTried || faults[field] === 'tooLong' ? faults[field] : undefined;
      return fault ? t(`errors.${fault}`) : null;
    },
    disabled: project.readOnly,
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt(save);
      }}
    >
      <Stack gap="sm">
        {project.readOnly && <p className={styles.readOnly}>{t('readOnly')}</p>}
        <InspectionFields {...part} />
        <CalibrationFields {...part} />
        <div className={styles.dim}>
          {t('dataFolder')} <span className={styles.path}>{project.dataFolder}</span>
        </div>
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common:cancel')}
          </Button>
          <Button type="submit" disabled={project.readOnly} data-testid="project-settings-save">
            {t('common:save')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function InspectionFields({ draft, change, errorOf, disabled }: PartProps) {
  const { t } = useTranslation(['settings', 'domain', 'common']);
  const set = (part: Partial<Inspection>): void => change({ inspection: { ...draft.inspection, ...part } });
  const text = (field: 'runName' | 'line' | 'track' | 'inspector' | 'organisation') => (
    <TextInput
      label={t(field)}
      value={draft.inspection[field]}
      onChange={(event) => set({ [field]: event.currentTarget.value })}
      error={errorOf(field)}
      disabled={disabled}
      data-testid={`project-${field}`}
    />
  );
  return (
    <SimpleGrid cols={2} spacing="sm" verticalSpacing="xs">
      {text('runName')}
      {text('line')}
      <Select
        label={t('direction')}
        data={[
          { value: '', label: t('common:notSet') },
          { value: 'up', label: t('domain:direction.up') },
          { value: 'down', label: t('domain:direction.down') },
        ]}
        value={draft.inspection.direction}
        onChange={(value) => set({ direction: value === 'up' || value === 'down' ? value : '' })}
        disabled={disabled}
        data-testid="project-direction"
      />
      {text('track')}
      <Select
        label={t('railSide')}
        data={[
          { value: '', label: t('common:notSet') },
          { value: 'left', label: t('domain:railSide.left') },
          { value: 'right', label: t('domain:railSide.right') },
        ]}
        value={draft.inspection.railSide}
        onChange={(value) => set({ railSide: value === 'left' || value === 'right' ? value : '' })}
        disabled={disabled}
        data-testid="project-rail-side"
      />
      {text('inspector')}
      {text('organisation')}
    </SimpleGrid>
  );
}

function CalibrationFields({ draft, change, errorOf, disabled }: PartProps) {
  const { t } = useTranslation('settings');
  const scale = (field: 'mmPerPxX' | 'mmPerPxY') => (
    <NumberInput
      label={t(field)}
      value={draft[field]}
      onChange={(value) => change({ [field]: value })}
      error={errorOf(field)}
      disabled={disabled}
      min={0}
      step={0.01}
      decimalScale={6}
      hideControls
      data-testid={`project-${field}`}
    />
  );
  return (
    <fieldset className={styles.calibration}>
      <legend>{t('calibration')}</legend>
      <Switch
        label={t('calibrated')}
        description={draft.isCalibrated ? undefined : t('calibrationHint')}
        checked={draft.isCalibrated}
        disabled={disabled}
        onChange={(event) => change({ isCalibrated: event.currentTarget.checked })}
        data-testid="project-calibrated"
      />
      {draft.isCalibrated && (
        <SimpleGrid cols={3} spacing="sm">
          {scale('mmPerPxX')}
          {scale('mmPerPxY')}
          <Autocomplete
            size="xs"
            label={t('source')}
            data={[t('sourceRailHead'), t('sourceEncoder'), t('sourceScale')]}
            value={draft.source}
            onChange={(source) => change({ source })}
            error={errorOf('source')}
            disabled={disabled}
            data-testid="project-calibration-source"
          />
        </SimpleGrid>
      )}
    </fieldset>
  );
}
