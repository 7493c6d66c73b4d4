import { ActionIcon, Progress, Tooltip } from '@mantine/core';
import { IconPlayerPause, IconPlayerPlay, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { JobEvent } from '#shared/jobs/types';
import { useApp } from '../../app/state/app-store';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { invoke } from '../../platform/bridge';
import { formatCount, formatMeasure, roundDuration } from '../../platform/format';
import styles from './top-bar.module.css';

/** The running inspection: how far, how fast, how long still; pause and cancel. */
export function JobProgressBar() {
  const { t } = useTranslation('workspace');
  const job = useApp((state) => state.job);
  const jobLine = useJobLine(job);
  if (!job) return null;
  const { done, failed, total } = job.progress;
  const share = total > 0 ? ((done + failed) / total) * 100 : 0;
  const isPaused = job.state === 'paused';
  return (
    <div className={styles.job} role="group" aria-label={t('job.label')} data-testid="job-progress" data-state={job.state}>
      <div className={styles.jobText}>
        <span title={jobLine} data-testid="job-line">
          {jobLine}
        </span>
        {failed > 0 && <span className={styles.warning}>{t('job.failedImages', { count: failed })}</span>}
        <Progress value={share} size={4} color={isPaused ? 'gray' : 'rail.5'} aria-label={t('job.label')} />
      </div>
      <Tooltip label={isPaused ? t('job.resume') : t('job.pause')}>
        <ActionIcon
          size={24}
          aria-label={isPaused ? t('job.resume') : t('job.pause')}
          onClick={() => attempt(() => invoke(isPaused ? 'jobs.resume' : 'jobs.pause', { jobId: job.jobId }))}
          data-testid={isPaused ? 'job-resume' : 'job-pause'}
        >
          {isPaused ? <IconPlayerPlay size={15} /> : <IconPlayerPause size={15} />}
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('job.cancel')}>
        <ActionIcon
          size={24}
          aria-label={t('job.cancel')}
          onClick={() => attempt(() => invoke('jobs.cancel', { jobId: job.jobId }))}
          data-testid="job-cancel"
        >
          <IconX size={15} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function useJobLine(job: JobEvent | null): string {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  if (!job) return '';
  const { done, failed, total, imagesPerSecond, secondsPerImage, secondsLeft } = job.progress;
  const parts: string[] = [t('job.progress', { done: formatCount(done + failed, locale), total: formatCount(total, locale) })];
  if (job.state === 'queued') parts.push(t('job.queued'));
  else if (job.state === 'paused') parts.push(t('job.paused'));
  else if (imagesPerSecond === null) parts.push(t('job.starting'));
  else parts.push(t('job.rate', { rate: formatMeasure(imagesPerSecond, locale) }));
  if (job.state === 'running' && secondsPerImage !== null) parts.push(t('job.pace', { seconds: formatMeasure(secondsPerImage, locale) }));
  if (job.state === 'running' && secondsLeft !== null) {
    const left = roundDuration(secondsLeft);
    const time =
      left.unit === 'hours' ? t('time.hours', { hours: left.hours, minutes: left.minutes }) : t(`time.${left.unit}`, { count: left.count });
    parts.push(t('job.left', { time }));
  }
  return parts.join(' · ');
}
