import { ActionIcon, Button, Loader, Tooltip } from '@mantine/core';
import { IconFolderOpen, IconKeyboard, IconLanguage, IconPhoto, IconSettings } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { chooseFolder, openDemo } from '../../app/session';
import { keysOf } from '../../app/shortcuts';
import { openDialog, useApp } from '../../app/state/app-store';
import { changeSettings, useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { EnginePanel } from './engine-panel';
import { RecentProjects } from './recent-projects';
import { RailMark } from './rail-mark';
import styles from './welcome.module.css';

export function WelcomeScreen() {
  const { t } = useTranslation(['welcome', 'common']);
  const version = useApp((state) => state.info?.version);
  return (
    <div className={styles.screen} data-testid="welcome">
      <header className={styles.corner}>
        <CornerActions />
      </header>
      <main className={styles.columns}>
        <section className={styles.start}>
          <div className={styles.brand}>
            <RailMark sizePx={44} />
            <div>
              <h1>{t('common:productName')}</h1>
              <p>{t('common:appName')}</p>
            </div>
          </div>
          <p className={styles.intro}>{t('intro')}</p>
          <OpenArea />
          <EnginePanel />
          {version !== undefined && <p className={styles.version}>{t('version', { version })}</p>}
        </section>
        <RecentProjects />
      </main>
    </div>
  );
}

function OpenArea() {
  const { t } = useTranslation(['welcome', 'common']);
  const opening = useApp((state) => state.opening);
  return (
    <div className={styles.drop} data-testid="welcome-drop" aria-busy={opening}>
      {opening ? <Loader size={28} /> : <IconPhoto size={32} stroke={1.25} color="var(--rs-dim)" />}
      <strong>{opening ? t('opening') : t('dropTitle')}</strong>
      <span className={styles.dim}>{t('dropFormats')}</span>
      <div className={styles.buttons}>
        <Button
          size="sm"
          leftSection={<IconFolderOpen size={16} />}
          rightSection={<kbd>{keysOf('openFolder')}</kbd>}
          disabled={opening}
          onClick={() => attempt(chooseFolder)}
          data-testid="welcome-open-folder"
        >
          {t('common:openFolder')}
        </Button>
        <Tooltip label={t('demoHint')}>
          <Button size="sm" variant="default" disabled={opening} onClick={() => attempt(openDemo)} data-testid="welcome-open-demo">
            {t('demo')}
          </Button>
        </Tooltip>
      </div>
    </div>
  );
}

function CornerActions() {
  const { t } = useTranslation('workspace');
  const locale = useLocale();
  const switchLanguage = (): void => attempt(() => changeSettings({ locale: locale === 'zh-CN' ? 'en' : 'zh-CN' }));
  return (
    <>
      <Tooltip label={t('language')}>
        <ActionIcon onClick={switchLanguage} aria-label={t('language')} data-testid="language-switch">
          <IconLanguage size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('help')}>
        <ActionIcon onClick={() => openDialog('shortcuts')} aria-label={t('help')} data-testid="open-shortcuts">
          <IconKeyboard size={17} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={t('settings')}>
        <ActionIcon onClick={() => openDialog('settings')} aria-label={t('settings')} data-testid="open-settings">
          <IconSettings size={17} />
        </ActionIcon>
      </Tooltip>
    </>
  );
}
