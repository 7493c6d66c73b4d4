import { ActionIcon, Button, Loader, Tooltip, UnstyledButton } from '@mantine/core';
import { IconAlertTriangle, IconFileExport, IconHelp, IconLanguage, IconSettings } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { leaveProject } from '../../app/session';
import { keysOf } from '../../app/shortcuts';
import { isJobActive, openDialog, useApp } from '../../app/state/app-store';
import { changeSettings, useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { formatCount } from '../../platform/format';
import { RailMark } from '../welcome/rail-mark';
import { EngineBadge } from './engine-badge';
import { InferenceMenu } from './inference-menu';
import { JobProgressBar } from './job-progress-bar';
import { SaveIndicator } from './save-indicator';
import styles from './top-bar.module.css';

export function TopBar() {
  const { t } = useTranslation('workspace');
  const isActive = useApp((state) => isJobActive(state.job));
  return (
    <header className={styles.bar} data-pane="top" tabIndex={-1}>
      <Tooltip label={t('home')}>
        <UnstyledButton className={styles.home} onClick={() => attempt(leaveProject)} aria-label={t('home')} data-testid="go-home">
          <RailMark sizePx={24} />
        </UnstyledButton>
      </Tooltip>
      <RunName />
      <Counts />
      <SaveIndicator />
      <span className={styles.space} />
      {isActive ? <JobProgressBar /> : <InferenceMenu />}
      <EngineBadge />
      <ExportButton />
      <AppActions />
    </header>
  );
}

function RunName() {
  const { t } = useTranslation('domain');
  const project = useApp((state) => state.project);
  if (!project) return null;
  const { runName, line, direction, track, railSide } = project.settings.inspection;
  const where = [line, direction && t(`direction.${direction}`), track, railSide && t(`railSide.${railSide}`)].filter(
    (part) => part !== '',
  );
  return (
    <button
      type="button"
      className={styles.run}
      title={project.folder}
      onClick={() => openDialog('settings', 'project')}
      data-testid="run-name"
    >
      <strong>{runName === '' ? project.name : runName}</strong>
      {where.length > 0 && <span>{where.join(' · ')}</span>}
    </button>
  );
}

function Counts() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const counts = useApp((state) => state.counts);
  if (!counts) return null;
  const { images, reviewed, defects, unreadable } = counts;
  return (
    <div className={styles.counts} data-testid="project-counts">
      <span>
        {t('counts', {
          images: formatCount(images, locale),
          reviewed: formatCount(reviewed, locale),
          defects: formatCount(defects, locale),
        })}
      </span>
      {unreadable > 0 && (
        <span className={styles.warning} title={t('unreadable', { count: unreadable })} data-testid="unreadable-count">
          <IconAlertTriangle size={13} />
          <span className={styles.wide}>{t('unreadable', { count: unreadable })}</span>
          <span className={styles.narrow}>{unreadable}</span>
        </span>
      )}
      {counts.scanning && <Loader size={12} aria-label={t('scanning')} />}
    </div>
  );
}

function ExportButton() {
  const { t } = useTranslation('workspace');
  return (
    <Tooltip label={<Keyed text={t('exportReport')} keys={keysOf('exportReport')} />}>
      <Button
        className={styles.export}
        variant="default"
        leftSection={<IconFileExport size={15} />}
        onClick={() => openDialog('report')}
        aria-label={t('exportReport')}
        data-testid="export-report"
      >
        <span className={styles.wide}>{t('exportReport')}</span>
      </Button>
    </Tooltip>
  );
}

function AppActions() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const other = locale === 'zh-CN' ? 'en' : 'zh-CN';
  return (
    <div className={styles.actions}>
      <Tooltip label={t('language')}>
        <ActionIcon
          onClick={() => attempt(() => changeSettings({ locale: other }))}
          aria-label={t('language')}
          data-testid="language-switch"
        >
          <IconLanguage size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<Keyed text={t('help')} keys={keysOf('help')} />}>
        <ActionIcon onClick={() => openDialog('shortcuts')} aria-label={t('help')} data-testid="open-shortcuts">
          <IconHelp size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={<Keyed text={t('settings')} keys={keysOf('settings')} />}>
        <ActionIcon onClick={() => openDialog('settings')} aria-label={t('settings')} data-testid="open-settings">
          <IconSettings size={17} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

function Keyed({ text, keys }: { text: string; keys: string }) {
  return (
    <>
      {text} <kbd>{keys}</kbd>
    </>
  );
}
