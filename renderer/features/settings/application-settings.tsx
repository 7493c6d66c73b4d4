import { Select, Stack, Switch, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { deviceChoiceSchema } from '#shared/domain/model';
import { localeSchema, type AppSettings } from '#shared/domain/settings';
import { useApp } from '../../app/state/app-store';
import { changeSettings } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { useModelOptions } from '../controls/model-options';

/** In their own words, whatever language the window has now. */
const languageNames = new Intl.DisplayNames(['zh-CN'], { type: 'language' });
const ownName: Record<AppSettings['locale'], string> = {
  'zh-CN': languageNames.of('zh-Hans') ?? 'zh-CN',
  en: new Intl.DisplayNames(['en'], { type: 'language' }).of('en') ?? 'en',
};
const automatic = '';
const change = (part: Partial<AppSettings>): void => attempt(() => changeSettings(part));

/** Every change is saved at once. */
export function ApplicationSettings() {
  const { t } = useTranslation(['settings', 'domain']);
  const settings = useApp((state) => state.settings);
  const models = useModelOptions();
  return (
    <Stack gap="sm">
      <Select
        label={t('language')}
        data={localeSchema.options.map((locale) => ({ value: locale, label: ownName[locale] }))}
        value={settings.locale}
        onChange={(locale) => change({ locale: localeSchema.parse(locale) })}
        data-testid="settings-language"
      />
      <PersonField field="inspector" label={t('inspector')} />
      <PersonField field="organisation" label={t('organisation')} />
      <Select
        label={t('model')}
        data={[{ value: automatic, label: t('modelAuto') }, ...models]}
        value={settings.modelId ?? automatic}
        onChange={(modelId) => change({ modelId: modelId === automatic ? null : modelId })}
        data-testid="settings-model"
      />
      <Select
        label={t('device')}
        data={deviceChoiceSchema.options.map((choice) => ({ value: choice, label: t(`domain:device.${choice}`) }))}
        value={settings.device}
        onChange={(device) => change({ device: deviceChoiceSchema.parse(device) })}
        data-testid="settings-device"
      />
      <Switch
        mt="xs"
        label={t('inferOnOpen')}
        description={t('inferOnOpenHint')}
        checked={settings.inferOnOpen}
        onChange={(event) => change({ inferOnOpen: event.currentTarget.checked })}
        data-testid="settings-infer-on-open"
      />
    </Stack>
  );
}

/** Saved when the field is left, not with each letter. */
function PersonField({ field, label }: { field: 'inspector' | 'organisation'; label: string }) {
  const saved = useApp((state) => state.settings[field]);
  const [typed, setTyped] = useState<string | null>(null);
  const leave = (): void => {
    if (typed !== null && typed.trim() !== saved) change({ [field]: typed.trim() });
    setTyped(null);
  };
  return (
    <TextInput
      label={label}
      maxLength={200}
      value={typed ?? saved}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onBlur={leave}
      data-testid={`settings-${field}`}
    />
  );
}
