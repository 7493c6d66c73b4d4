import { Button, Group, PasswordInput, Select, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '#shared/errors/error-text';
import { toErrorInfo } from '#shared/errors/railscope-error';
import { remoteProtocolSchema, serverUrlFault, tokenSchema, type RemoteCheck, type RemoteServer } from '#shared/domain/remote-server';
import type { RemoteTokenState } from '#shared/ipc/contract';
import { loadMachine } from '../../app/session';
import { useApp } from '../../app/state/app-store';
import { chooseModel } from '../../app/state/engine';
import { changeSettings, useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { invoke } from '../../platform/bridge';
import { formatCount } from '../../platform/format';
import styles from './settings.module.css';

const emptyServer: RemoteServer = { url: '', protocol: 'http', model: '', version: '', caFile: '' };

type Outcome = { kind: 'testing' } | { kind: 'done'; check: RemoteCheck } | { kind: 'failed'; error: unknown };

/** The server of device `remote`. The token goes in and never comes back. */
export function RemoteServerForm() {
  const { t } = useTranslation(['settings', 'common']);
  const saved = useApp((state) => state.settings.remoteServer);
  const [draft, setDraft] = useState<RemoteServer>(saved ?? emptyServer);
  const [token, setToken] = useState('');
  const [tokenState, setTokenState] = useState<RemoteTokenState | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  useEffect(() => attempt(async () => setTokenState(await invoke('remote.token.state', undefined))), []);

  const isUrlSound = serverUrlFault(draft.url) === null;
  const isTokenSound = token === '' || tokenSchema.safeParse(token).success;
  const isSound = isUrlSound && isTokenSound;
  const change = (part: Partial<RemoteServer>): void => {
    setDraft((before) => ({ ...before, ...part }));
    setOutcome(null);
  };
  const save = async (): Promise<void> => {
    await changeSettings({ remoteServer: draft });
    if (token !== '') setTokenState(await invoke('remote.token.set', { url: draft.url, token }));
    setToken('');
    await loadMachine();
  };
  const forget = async (): Promise<void> => {
    await changeSettings({ remoteServer: null });
    if (isUrlSound) setTokenState(await invoke('remote.token.set', { url: draft.url, token: null }));
    setDraft(emptyServer);
    setToken('');
    setOutcome(null);
    await loadMachine();
  };
  const test = async (): Promise<void> => {
    setOutcome({ kind: 'testing' });
    try {
      const { models, settings } = useApp.getState();
      const modelId = chooseModel(models, settings.modelId)?.id ?? '';
      setOutcome({ kind: 'done', check: await invoke('remote.test', { server: draft, token: token === '' ? null : token, modelId }) });
    } catch (error) {
      setOutcome({ kind: 'failed', error });
    }
  };

  const text = (field: 'url' | 'model' | 'version' | 'caFile', description?: string, error?: string | null) => (
    <TextInput
      label={t(`server.${field}`)}
      description={description}
      value={draft[field]}
      onChange={(event) => change({ [field]: event.currentTarget.value.trim() })}
      error={error}
      data-testid={`server-${field}`}
    />
  );
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (isSound) attempt(save);
      }}
    >
      <Stack gap="sm">
        <div className={styles.dim}>{t('server.about')}</div>
        {text('url', t('server.urlHint'), draft.url !== '' && !isUrlSound ? t('server.urlFault') : null)}
        <SimpleGrid cols={3} spacing="sm">
          <Select
            label={t('server.protocol')}
            data={remoteProtocolSchema.options.map((protocol) => ({ value: protocol, label: protocol === 'http' ? 'HTTP' : 'gRPC' }))}
            value={draft.protocol}
            onChange={(protocol) => change({ protocol: remoteProtocolSchema.parse(protocol) })}
            allowDeselect={false}
            data-testid="server-protocol"
          />
          {text('model')}
          {text('version')}
        </SimpleGrid>
        {text('caFile', t('server.caFileHint'))}
        <PasswordInput
          label={t('server.token')}
          description={tokenHint(t, tokenState, draft.url)}
          value={token}
          onChange={(event) => {
            setToken(event.currentTarget.value.trim());
            setOutcome(null);
          }}
          error={isTokenSound ? null : t('server.tokenFault')}
          autoComplete="off"
          visibilityToggleButtonProps={{ 'aria-label': t('server.showToken') }}
          data-testid="server-token"
        />
        <OutcomeText outcome={outcome} />
        <Group justify="space-between">
          <Button
            variant="subtle"
            color="red"
            disabled={saved === null && draft.url === ''}
            onClick={() => attempt(forget)}
            data-testid="server-forget"
          >
            {t('server.forget')}
          </Button>
          <Group>
            <Button
              variant="default"
              disabled={!isSound}
              loading={outcome?.kind === 'testing'}
              onClick={() => attempt(test)}
              data-testid="server-test"
            >
              {t('server.test')}
            </Button>
            <Button type="submit" disabled={!isSound} data-testid="server-save">
              {t('common:save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
}

type Translate = ReturnType<typeof useTranslation<['settings', 'common']>>['t'];

function tokenHint(t: Translate, state: RemoteTokenState | null, url: string): string {
  if (!state || state.kind === 'none') return t('server.tokenNone');
  if (serverUrlFault(url) !== null || new URL(url).origin !== state.origin) return t('server.tokenOther', { server: state.origin ?? '' });
  return t(state.kind === 'stored' ? 'server.tokenStored' : 'server.tokenSession');
}

function OutcomeText({ outcome }: { outcome: Outcome | null }) {
  const { t } = useTranslation('settings');
  const locale = useLocale();
  if (!outcome) return null;
  if (outcome.kind === 'testing') {
    return (
      <div role="status" className={styles.dim}>
        {t('server.testing')}
      </div>
    );
  }
  if (outcome.kind === 'failed') {
    const { title, remedy } = errorText(locale, toErrorInfo(outcome.error));
    return (
      <div role="alert" className={styles.failed} data-testid="server-result" data-ok="false">
        <strong>{title}</strong>
        <div>{remedy}</div>
      </div>
    );
  }
  const { server, model, modelId, roundTripMs, warnings } = outcome.check;
  return (
    <div role="status" data-testid="server-result" data-ok="true">
      <strong>{t('server.works', { server, model, modelId, milliseconds: formatCount(Math.round(roundTripMs), locale) })}</strong>
      {warnings.map((warning) => (
        <div key={warning} className={styles.dim}>
          {t(`server.warning.${warning}`)}
        </div>
      ))}
    </div>
  );
}
