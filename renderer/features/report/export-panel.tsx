import { Alert, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconFileExport, IconFolderOpen } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import { assertNever } from '#shared/errors/railscope-error';
import type { JobProgress } from '#shared/jobs/types';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { invoke } from '../../platform/bridge';
import { formatCount } from '../../platform/format';
import type { ReportJob } from './use-report-job';
import styles from './report-dialog.module.css';

/** What the export does now, and the one action that fits. */
export function ExportPanel({ job, canExport, onExport }: { job: ReportJob; canExport: boolean; onExport: () => void }) {
  const { t } = useTranslation('report');
  const { state } = job;
  const exportButton = (
    <Button fullWidth disabled={!canExport} leftSection={<IconFileExport size={16} />} onClick={onExport} data-testid="report-export">
      {t('dialog.export')}
    </Button>
  );
  switch (state.kind) {
    case 'idle':
      return exportButton;
    case 'cancelled':
      return (
        <Stack gap="xs">
          <Text size="sm" c="dimmed">
            {t('dialog.cancelled')}
          </Text>
          {exportButton}
        </Stack>
      );
    case 'starting':
      return (
        <Button fullWidth loading data-testid="report-export">
          {t('dialog.export')}
        </Button>
      );
    case 'running':
      return <Running progress={state.progress} onCancel={() => job.cancel()} />;
    case 'done':
      return <Done outputPath={state.outputPath} onAgain={() => job.reset()} />;
    case 'failed':
      return (
        <Stack gap="xs">
          <Failure error={state.error} title={t('dialog.failed')} />
          {exportButton}
        </Stack>
      );
    default:
      return assertNever(state, 'export state');
  }
}

function Running({ progress, onCancel }: { progress: JobProgress; onCancel: () => void }) {
  const { t } = useTranslation('report');
  const locale = useLocale();
  const { done, total, secondsLeft } = progress;
  const line =
    total === 0
      ? t('dialog.preparing')
      : done >= total
        ? t('dialog.finishing')
        : t('dialog.exporting', { done: formatCount(done, locale), total: formatCount(total, locale) });
  const share = total === 0 ? 0 : (100 * done) / total;
  return (
    <Stack gap="xs" data-testid="report-progress">
      <Group justify="space-between" gap="xs">
        <Text size="sm">{line}</Text>
        {secondsLeft !== null && done < total && (
          <Text size="sm" c="dimmed">
            {t('dialog.timeLeft', { seconds: Math.ceil(secondsLeft) })}
          </Text>
        )}
      </Group>
      <Progress value={total === 0 ? 100 : share} animated={total === 0} size={6} aria-label={t('dialog.export')} />
      <Button variant="default" onClick={onCancel} data-testid="report-cancel">
        {t('dialog.cancel')}
      </Button>
    </Stack>
  );
}

function Done({ outputPath, onAgain }: { outputPath: string; onAgain: () => void }) {
  const { t } = useTranslation('report');
  return (
    <Stack gap="xs" data-testid="report-done">
      <Alert color="green" variant="light" icon={<IconCircleCheck size={18} />} title={t('dialog.done')}>
        <Text size="sm" className={styles.path} data-testid="report-path">
          {outputPath}
        </Text>
      </Alert>
      <Button
        leftSection={<IconFolderOpen size={16} />}
        onClick={() => attempt(() => invoke('app.reveal', { what: 'report' }))}
        data-testid="report-reveal"
      >
        {t('dialog.reveal')}
      </Button>
      <Button variant="default" onClick={onAgain} data-testid="report-again">
        {t('dialog.again')}
      </Button>
    </Stack>
  );
}

/** A failure with what to do about it, in the window's language. */
export function Failure({ error, title }: { error: Parameters<typeof errorText>[1]; title: string }) {
  const locale = useLocale();
  const text = errorText(locale, error);
  return (
    <Alert color="red" variant="light" icon={<IconAlertTriangle size={18} />} title={title} data-testid="report-error">
      <Text size="sm" className={styles.path}>
        {text.title}
      </Text>
      <Text size="sm" c="dimmed">
        {text.remedy}
      </Text>
    </Alert>
  );
}
