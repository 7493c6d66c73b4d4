import { useTranslation } from 'react-i18next';
import { useApp } from '../../app/state/app-store';
import { useLocale, useName } from '../../app/state/locale';
import { useEditor } from '../../editor';
import { formatCount } from '../../platform/format';
import { Fact, Section } from '../controls/section';
import styles from './details.module.css';

/** What made the result on screen: a result without its model and device is worth nothing. */
export function InferenceInfo() {
  const { t } = useTranslation(['workspace', 'domain']);
  const locale = useLocale();
  const name = useName();
  const summary = useEditor((state) => state.document?.inference ?? null);
  const models = useApp((state) => state.models);
  if (!summary) {
    return (
      <Section title={t('inference.title')}>
        <div className={styles.dim}>{t('inference.none')}</div>
      </Section>
    );
  }
  const { engine, timings } = summary;
  const model = models?.find((entry) => entry.id === engine.modelId);
  const ms = (value: number): string => formatCount(Math.round(value), locale);
  return (
    <Section title={t('inference.title')} testId="inference-info">
      <div className={styles.facts}>
        <Fact label={t('inference.model')}>{model ? name(model.name) : engine.modelId}</Fact>
        <Fact label={t('inference.device')}>{`${t(`domain:backend.${engine.backend}`)} · ${engine.device}`}</Fact>
        <Fact label={t('inference.precision')}>{engine.precision}</Fact>
        <Fact label={t('inference.time')}>{t('inference.timeValue', { total: ms(timings.total), run: ms(timings.run) })}</Fact>
        <Fact label={t('inference.tiles')}>{summary.tiles}</Fact>
        <Fact label={t('inference.threshold')}>{summary.threshold.toFixed(2)}</Fact>
        <div className={styles.hash}>{t('engine.hash', { hash: engine.modelSha256.slice(0, 16) })}</div>
      </div>
    </Section>
  );
}
