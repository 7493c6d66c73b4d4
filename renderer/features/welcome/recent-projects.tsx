import { RingProgress, Skeleton } from '@mantine/core';
import { IconFolderOff, IconHistory } from '@tabler/icons-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { RecentProject } from '#shared/domain/project';
import { openFolder } from '../../app/session';
import { useApp } from '../../app/state/app-store';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { invoke } from '../../platform/bridge';
import { formatCount, formatDate, formatPercent } from '../../platform/format';
import styles from './welcome.module.css';

export function RecentProjects() {
  const { t } = useTranslation('welcome');
  const projects = useRecentProjects();
  if (projects?.length === 0) return null;
  return (
    <section className={styles.recent} aria-label={t('recent')}>
      <h2>
        <IconHistory size={16} />
        {t('recent')}
      </h2>
      {projects === null && [0, 1, 2].map((row) => <Skeleton key={row} height={56} mb={8} />)}
      <ul>
        {projects?.map((project) => (
          <li key={project.folder}>
            <RecentRow project={project} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function useRecentProjects(): readonly RecentProject[] | null {
  const [projects, setProjects] = useState<readonly RecentProject[] | null>(null);
  useEffect(() => {
    // a list that cannot be read is no reason to trouble anybody on the first screen
    invoke('project.recent', undefined).then(setProjects, () => setProjects([]));
  }, []);
  return projects;
}

function RecentRow({ project }: { project: RecentProject }) {
  const { t } = useTranslation('welcome');
  const locale = useLocale();
  const opening = useApp((state) => state.opening);
  const share = project.images > 0 ? project.reviewed / project.images : 0;
  return (
    <button
      type="button"
      className={styles.recentRow}
      disabled={opening || !project.exists}
      title={project.folder}
      onClick={() => attempt(() => openFolder(project.folder))}
      data-testid="recent-project"
    >
      {project.exists ? (
        <RingProgress size={36} thickness={4} sections={[{ value: share * 100, color: 'rail.5' }]} />
      ) : (
        <IconFolderOff size={24} className={styles.recentMissing} />
      )}
      <span className={styles.recentText}>
        <span className={styles.recentName}>
          <strong>{project.name}</strong>
          {project.line !== '' && <span>{project.line}</span>}
        </span>
        <span className={styles.dim}>
          {project.exists
            ? t('imagesReviewed', { images: formatCount(project.images, locale), percent: formatPercent(share, locale) })
            : t('recentMissing')}
        </span>
        <span className={styles.recentFolder}>{project.folder}</span>
      </span>
      <span className={styles.recentDate}>{formatDate(project.openedAtMs, locale)}</span>
    </button>
  );
}
