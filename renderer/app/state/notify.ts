/** Messages to the inspector: what happened and what to do about it. */
import { notifications } from '@mantine/notifications';
import { errorText } from '#shared/errors/error-text';
import { toErrorInfo } from '#shared/errors/railscope-error';
import type { ErrorInfo } from '#shared/errors/codes';
import { useApp } from './app-store';

type Severity = 'info' | 'warning' | 'error';
const colours: Record<Severity, string> = { info: 'rail', warning: 'yellow', error: 'red' };

const DURATION_MS: Record<Severity, number> = { info: 6_000, warning: 8_000, error: 15_000 };

/** The same message twice renews the first instead of piling up. */
export function notify(title: string, text: string, severity: Severity = 'info'): void {
  const id = `${severity}:${title}`;
  notifications.hide(id);
  notifications.show({ id, title, message: text, color: colours[severity], autoClose: DURATION_MS[severity], withBorder: true });
}

export function notifyError(error: ErrorInfo, severity: Severity = 'error'): void {
  const { title, remedy } = errorText(useApp.getState().settings.locale, error);
  notify(title, remedy, severity);
}

/** Runs an action of a button or a key; what fails is shown to the inspector, never lost. */
export function attempt(action: () => Promise<unknown>): void {
  action().catch((error: unknown) => {
    const info = toErrorInfo(error);
    if (info.code !== 'cancelled') notifyError(info);
  });
}
