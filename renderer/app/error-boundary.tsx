import { Button, Code, Group, Stack, Text, Title } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { Component, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { invoke } from '../platform/bridge';
import styles from './error-boundary.module.css';

interface State {
  error: Error | null;
}

/** The last resort: a fault of the window itself. Says what to do; nothing saved is at risk. */
export class ErrorBoundary extends Component<{ children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }

  override render(): ReactNode {
    return this.state.error ? <CrashScreen message={this.state.error.message} /> : this.props.children;
  }
}

function CrashScreen({ message }: { message: string }) {
  const { t } = useTranslation('common');
  const showLogs = (): void => void invoke('app.reveal', { what: 'logs' }).catch(() => undefined);
  return (
    <main className={styles.screen} role="alert">
      <Stack gap="md" maw={520}>
        <IconAlertTriangle size={32} color="var(--rs-warn)" />
        <Title order={1}>{t('crash.title')}</Title>
        <Text c="dimmed">{t('crash.remedy')}</Text>
        <Code block>{message}</Code>
        <Group>
          <Button onClick={() => window.location.reload()}>{t('crash.reload')}</Button>
          <Button variant="default" onClick={showLogs}>
            {t('showLogs')}
          </Button>
        </Group>
      </Stack>
    </main>
  );
}
