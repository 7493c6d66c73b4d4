import { Modal, Tabs } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useApp } from '../../app/state/app-store';
import { ApplicationSettings } from './application-settings';
import { ProjectSettingsForm } from './project-settings-form';
import { RemoteServerForm } from './remote-server-form';
import styles from './settings.module.css';

export function SettingsDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['settings', 'common']);
  const tab = useApp((state) => state.settingsTab);
  const project = useApp((state) => state.project);
  return (
    <Modal opened={opened} onClose={onClose} title={t('title')} size={640} closeButtonProps={{ 'aria-label': t('common:close') }}>
      <Tabs
        value={tab}
        onChange={(value) => useApp.setState({ settingsTab: value === 'project' || value === 'server' ? value : 'application' })}
        data-testid="settings-dialog"
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="application" data-testid="settings-tab-application">
            {t('application')}
          </Tabs.Tab>
          <Tabs.Tab value="server" data-testid="settings-tab-server">
            {t('server.title')}
          </Tabs.Tab>
          <Tabs.Tab value="project" data-testid="settings-tab-project">
            {t('project')}
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="application">
          <ApplicationSettings />
        </Tabs.Panel>
        <Tabs.Panel value="server">
          <RemoteServerForm />
        </Tabs.Panel>
        <Tabs.Panel value="project">
          {project ? (
            <ProjectSettingsForm key={project.folder} project={project} onClose={onClose} />
          ) : (
            <p className={styles.dim}>{t('noProject')}</p>
          )}
        </Tabs.Panel>
      </Tabs>
    </Modal>
  );
}
