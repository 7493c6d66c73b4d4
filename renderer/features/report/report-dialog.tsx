import { Button, Checkbox, Input, Modal, Radio, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ReportOptions } from '#shared/domain/report';
import { useLocale } from '../../app/state/locale';
import { formatCount } from '../../platform/format';
import type { ReportModel } from '../../report/report-model';
import { ExportPanel, Failure } from './export-panel';
import { ReportPreview } from './report-preview';
import styles from './report-dialog.module.css';
import { useReportJob, type ReportJob } from './use-report-job';
import { useReportModel } from './use-report-model';

/** Preview on the left, choices and export on the right. Stays mounted: an export goes on while the dialog is closed. */
export function ReportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('report');
  const job = useReportJob();
  return (
    <Modal opened={opened} onClose={onClose} title={t('dialog.title')} size="min(980px, 96vw)" data-testid="report-dialog">
      <DialogContent job={job} />
    </Modal>
  );
}

function DialogContent({ job }: { job: ReportJob }) {
  const { t } = useTranslation('report');
  const locale = useLocale();
  const [options, setOptions] = useState<ReportOptions>({ locale, defects: 'not-rejected', includeCoverageList: true });
  const { model, loading, error, retry } = useReportModel(options);
  const isBusy = job.state.kind === 'starting' || job.state.kind === 'running';
  return (
    <div className={styles.layout}>
      {error ? (
        <Stack className={styles.preview} gap="sm">
          <Failure error={error} title={t('dialog.previewFailed')} />
          <Button variant="default" onClick={retry} data-testid="report-retry">
            {t('dialog.retry')}
          </Button>
        </Stack>
      ) : (
        <ReportPreview model={model} loading={loading} />
      )}
      <div className={styles.side}>
        <Choices options={options} disabled={isBusy} onChange={setOptions} />
        <div className={styles.grow} />
        <Contents model={model} />
        <ExportPanel job={job} canExport={model !== null && !loading} onExport={() => job.start(options)} />
      </div>
    </div>
  );
}

interface ChoicesProps {
  options: ReportOptions;
  disabled: boolean;
  onChange: (options: ReportOptions) => void;
}

function Choices({ options, disabled, onChange }: ChoicesProps) {
  const { t } = useTranslation('report');
  const scopes: [ReportOptions['defects'], string][] = [
    ['accepted', t('dialog.defectsAccepted')],
    ['not-rejected', t('dialog.defectsNotRejected')],
    ['all', t('dialog.defectsAll')],
  ];
  return (
    <Stack gap="lg">
      <div>
        <Input.Label mb={6} id="report-language">
          {t('dialog.language')}
        </Input.Label>
        <SegmentedControl
          fullWidth
          aria-labelledby="report-language"
          value={options.locale}
          disabled={disabled}
          onChange={(locale) => onChange({ ...options, locale })}
          data={[
            { value: 'zh-CN', label: t('dialog.languageZh') },
            { value: 'en', label: t('dialog.languageEn') },
          ]}
          data-testid="report-locale"
        />
      </div>
      <Radio.Group label={t('dialog.defects')} value={options.defects} onChange={(defects) => onChange({ ...options, defects })}>
        <Stack gap="xs" mt={6}>
          {scopes.map(([value, label]) => (
            <Radio key={value} value={value} label={label} size="xs" disabled={disabled} data-testid={`report-defects-${value}`} />
          ))}
        </Stack>
      </Radio.Group>
      <Checkbox
        size="xs"
        label={t('dialog.coverage')}
        checked={options.includeCoverageList}
        disabled={disabled}
        onChange={(event) => onChange({ ...options, includeCoverageList: event.currentTarget.checked })}
        data-testid="report-coverage"
      />
    </Stack>
  );
}

/** How long the report is, and what it will have to admit. */
function Contents({ model }: { model: ReportModel | null }) {
  const { t } = useTranslation('report');
  const locale = useLocale();
  if (!model) return null;
  const { notInspected, notReviewed } = model.statistics;
  const warnings = [
    notInspected > 0 && t('dialog.warningNotInspected', { count: notInspected }),
    notReviewed > 0 && t('dialog.warningNotReviewed', { count: notReviewed }),
  ].filter((line) => line !== false);
  return (
    <Stack gap={6} mb="sm">
      {warnings.map((line) => (
        <Text key={line} size="sm" className={styles.warning}>
          <IconAlertTriangle size={15} />
          <span>{line}</span>
        </Text>
      ))}
      <Text size="sm" c="dimmed" data-testid="report-length">
        {t('dialog.pages', { pages: formatCount(model.pages.length, locale), defects: formatCount(model.data.defects.length, locale) })}
      </Text>
    </Stack>
  );
}
