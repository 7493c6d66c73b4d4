import { MantineProvider } from '@mantine/core';
import { ModalsProvider } from '@mantine/modals';
import { Notifications } from '@mantine/notifications';
import { DevicesDialog } from '../features/devices/devices-dialog';
import { ReportDialog } from '../features/report';
import { SettingsDialog } from '../features/settings/settings-dialog';
import { ShortcutsDialog } from '../features/shortcuts-help/shortcuts-dialog';
import { DropZone } from '../features/welcome/drop-zone';
import { WelcomeScreen } from '../features/welcome/welcome-screen';
import { Workspace } from '../features/workspace/workspace';
import { ErrorBoundary } from './error-boundary';
import styles from './root.module.css';
import { closeDialog, useApp } from './state/app-store';
import { theme } from './theme';

/** Set by main in the page, for the style elements that the content policy lets through. */
const styleNonce = document.querySelector<HTMLMetaElement>('meta[name=csp-nonce]')?.content ?? '';

export function Root() {
  return (
    <MantineProvider theme={theme} forceColorScheme="dark" getStyleNonce={() => styleNonce}>
      <ErrorBoundary>
        <ModalsProvider modalProps={{ lockScroll: false }}>
          <Notifications position="bottom-center" limit={3} classNames={{ root: styles.notifications }} />
          <Screens />
          <Dialogs />
          <DropZone />
        </ModalsProvider>
      </ErrorBoundary>
    </MantineProvider>
  );
}

function Screens() {
  const folder = useApp((state) => state.project?.folder);
  return folder === undefined ? <WelcomeScreen /> : <Workspace key={folder} />;
}

function Dialogs() {
  const dialog = useApp((state) => state.dialog);
  const hasProject = useApp((state) => state.project !== null);
  return (
    <>
      <SettingsDialog opened={dialog === 'settings'} onClose={closeDialog} />
      <DevicesDialog opened={dialog === 'devices'} onClose={closeDialog} />
      <ShortcutsDialog opened={dialog === 'shortcuts'} onClose={closeDialog} />
      {hasProject && <ReportDialog opened={dialog === 'report'} onClose={closeDialog} />}
    </>
  );
}
