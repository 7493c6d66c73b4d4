import { ActionIcon, Anchor, Textarea, Tooltip } from '@mantine/core';
import { IconCheck, IconCircleDashed, IconTrash, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Defect } from '#shared/domain/defect';
import { defectGrades } from '#shared/domain/defect-classes';
import { keysOf } from '../../app/shortcuts';
import { openDialog, useApp } from '../../app/state/app-store';
import { useLocale } from '../../app/state/locale';
import { attempt } from '../../app/state/notify';
import { editorCommands, useEditor } from '../../editor';
import { formatCount, formatMeasure } from '../../platform/format';
import { ChoiceBar } from '../controls/choice-bar';
import { Fact, Section } from '../controls/section';
import { decideDefect } from '../review/actions';
import { ClassSelect } from './class-select';
import styles from './details.module.css';
import { commitNote, typeNote } from './note-draft';
import { defectSize } from './size';

export function DefectForm() {
  const { t } = useTranslation('workspace');
  const imageId = useEditor((state) => state.document?.image.id);
  const defect = useEditor((state) => state.defects.find((entry) => entry.label === state.selectedLabel));
  const readOnly = useEditor((state) => state.readOnly);
  if (!defect) {
    return (
      <Section title={t('defect.panel')}>
        <div className={styles.none} data-testid="no-defect-selected">
          <strong>{t('defect.none')}</strong>
          <span>{t('defect.noneHint')}</span>
        </div>
      </Section>
    );
  }
  return (
    <Section
      title={`${t('defect.panel')} · ${t('defect.number', { label: defect.label })}`}
      aside={<DeleteButton label={defect.label} disabled={readOnly} />}
      testId="defect-form"
    >
      <DecisionBar defect={defect} readOnly={readOnly} />
      <ClassSelect defect={defect} readOnly={readOnly} />
      <GradeBar defect={defect} readOnly={readOnly} />
      <Measures defect={defect} />
      <NoteField key={`${imageId ?? 0}:${defect.label}`} defect={defect} readOnly={readOnly} />
    </Section>
  );
}

interface FieldProps {
  defect: Defect;
  readOnly: boolean;
}

function DecisionBar({ defect, readOnly }: FieldProps) {
  const { t } = useTranslation(['workspace', 'shortcuts']);
  return (
    <ChoiceBar
      label={t('defect.decision')}
      value={defect.decision}
      disabled={readOnly}
      onChange={(decision) => {
        if (decision === 'unreviewed') editorCommands.setDefectDecision(defect.label, decision);
        else attempt(() => decideDefect(decision));
      }}
      choices={[
        {
          value: 'accepted',
          label: t('defect.accept'),
          icon: <IconCheck size={14} />,
          tone: 'good',
          hint: `${t('shortcuts:acceptDefect')} · ${keysOf('acceptDefect')}`,
        },
        { value: 'unreviewed', label: t('defect.reopen'), icon: <IconCircleDashed size={14} /> },
        {
          value: 'rejected',
          label: t('defect.reject'),
          icon: <IconX size={14} />,
          tone: 'bad',
          hint: `${t('shortcuts:rejectDefect')} · ${keysOf('rejectDefect')}`,
        },
      ]}
      testId="defect-decision"
    />
  );
}

function GradeBar({ defect, readOnly }: FieldProps) {
  const { t } = useTranslation(['workspace', 'domain', 'shortcuts']);
  return (
    <div>
      <div className={styles.label}>{t('defect.grade')}</div>
      <ChoiceBar
        label={t('defect.grade')}
        value={defect.grade}
        disabled={readOnly}
        onChange={(grade) => editorCommands.setDefectGrade(defect.label, grade)}
        choices={defectGrades.map((grade) => ({
          value: grade,
          label: t(`domain:grade.${grade}`),
          hint: `${t('shortcuts:cycleGrade')} · ${keysOf('cycleGrade')}`,
          ...(grade === 'minor' ? { tone: 'warn' as const } : grade === 'unset' ? {} : { tone: 'bad' as const }),
        }))}
        testId="defect-grade"
      />
    </div>
  );
}

function Measures({ defect }: { defect: Defect }) {
  const { t } = useTranslation(['workspace', 'domain']);
  const locale = useLocale();
  const calibration = useApp((state) => state.project?.settings.calibration ?? null);
  const { unit, width, height, area } = defectSize(defect, calibration);
  const show = (value: number): string => formatMeasure(value, locale);
  return (
    <div className={styles.facts} data-testid="defect-size">
      <Fact label={t('defect.size')}>{`${show(width)} × ${show(height)} ${unit}`}</Fact>
      <Fact label={t('defect.area')}>{`${show(area)} ${unit}²`}</Fact>
      <Fact label={t('defect.position')}>
        {t('defect.positionValue', { x: formatCount(defect.box.x, locale), y: formatCount(defect.box.y, locale) })}
      </Fact>
      <Fact label={t('defect.score')}>{defect.score === null ? '–' : defect.score.toFixed(2)}</Fact>
      <Fact label={t('defect.origin')}>{t(`domain:origin.${defect.origin}`)}</Fact>
      <div className={styles.dim}>
        {calibration ? t('defect.calibration', { source: calibration.source }) : t('defect.uncalibrated')}{' '}
        {!calibration && (
          <Anchor component="button" type="button" size="xs" onClick={() => openDialog('settings', 'project')}>
            {t('defect.calibrate')}
          </Anchor>
        )}
      </div>
    </div>
  );
}

/** Starts from the saved note; the key makes a new one for another defect. Undo elsewhere shows through when not typing. */
function NoteField({ defect, readOnly }: FieldProps) {
  const { t } = useTranslation('workspace');
  const [typed, setTyped] = useState<string | null>(null);
  const leave = (): void => {
    commitNote();
    setTyped(null);
  };
  const type = (note: string): void => {
    setTyped(note);
    typeNote(defect.label, note);
  };
  return (
    <Textarea
      label={t('defect.note')}
      placeholder={t('defect.notePlaceholder')}
      autosize
      minRows={2}
      maxRows={8}
      maxLength={4000}
      value={typed ?? defect.note}
      readOnly={readOnly}
      onChange={(event) => type(event.currentTarget.value)}
      onBlur={leave}
      data-testid="defect-note"
    />
  );
}

function DeleteButton({ label, disabled }: { label: number; disabled: boolean }) {
  const { t } = useTranslation('workspace');
  return (
    <Tooltip label={`${t('defect.delete')} · ${keysOf('deleteDefect')}`}>
      <ActionIcon
        size={22}
        disabled={disabled}
        aria-label={t('defect.delete')}
        onClick={() => editorCommands.deleteDefect(label)}
        data-testid="defect-delete"
      >
        <IconTrash size={15} />
      </ActionIcon>
    </Tooltip>
  );
}
