import { useTranslation } from 'react-i18next';
import { useApp } from '../../app/state/app-store';
import { useName } from '../../app/state/locale';

/** The models of the catalog for a select: name and what kind of result it gives; one that cannot be used is greyed. */
export function useModelOptions(): { value: string; label: string; disabled: boolean }[] {
  const { t } = useTranslation('domain');
  const name = useName();
  const models = useApp((state) => state.models) ?? [];
  return models.map((model) => ({
    value: model.id,
    label: model.error === null ? `${name(model.name)} · ${t(`task.${model.task}`)}` : name(model.name),
    disabled: model.error !== null,
  }));
}
