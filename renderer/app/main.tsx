import '@fontsource-variable/noto-sans-sc/index.css';
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import './global.css';
import { createRoot } from 'react-dom/client';
import { defaultAppSettings } from '#shared/domain/settings';
import { startTranslations } from '../i18n';
import { invoke } from '../platform/bridge';
import { connectEvents } from './events';
import { Root } from './root';
import { loadMachine, openFolder } from './session';
import { listenToShortcuts } from './shortcuts';
import { commitNote } from '../features/defect/note-draft';
import { useApp } from './state/app-store';
import { attempt } from './state/notify';

/** Settings first: the first text on the screen is in the inspector's language. */
async function start(): Promise<void> {
  const settings = await invoke('app.settings.get', undefined).catch(() => defaultAppSettings);
  useApp.setState({ settings });
  document.documentElement.lang = settings.locale;
  await startTranslations(settings.locale);
  connectEvents();
  listenToShortcuts();
  window.addEventListener('beforeunload', commitNote);
  const root = document.getElementById('root');
  if (root) createRoot(root).render(<Root />);
  attempt(loadMachine);
  attempt(openWhatWasAskedFor);
}

/** The folder of the command line. */
async function openWhatWasAskedFor(): Promise<void> {
  const info = await invoke('app.info', undefined);
  useApp.setState({ info });
  if (info.openFolder !== null) await openFolder(info.openFolder);
}

void start();
