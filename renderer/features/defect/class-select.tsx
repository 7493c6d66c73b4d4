import { Select } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Defect } from '#shared/domain/defect';
import { componentKinds, defectClass, defectClasses } from '#shared/domain/defect-classes';
import { useName } from '../../app/state/locale';
import { editorCommands } from '../../editor';
import { ClassSwatch } from '../controls/class-swatch';
import styles from './details.module.css';

const NUMBER_KEYS = 9;

/** The classes by component, each with its colour, outline and number key. */
export function ClassSelect({ defect, readOnly }: { defect: Defect; readOnly: boolean }) {
  const { t } = useTranslation(['workspace', 'domain']);
  const name = useName();
  const known = defectClasses.some((entry) => entry.code === defect.classCode)
    ? defectClasses
    : [...defectClasses, defectClass(defect.classCode)];
  const kinds = [...componentKinds].sort((a, b) => Number(b === 'any') - Number(a === 'any'));
  const data = kinds.map((kind) => ({
    group: t(`domain:component.${kind}`),
    items: known.filter((entry) => entry.component === kind).map((entry) => ({ value: entry.code, label: name(entry) })),
  }));
  return (
    <Select
      label={t('defect.class')}
      data={data.filter((group) => group.items.length > 0)}
      value={defect.classCode}
      disabled={readOnly}
      onChange={(code) => {
        if (code !== null) editorCommands.setDefectClass(defect.label, code);
      }}
      leftSection={<ClassSwatch code={defect.classCode} />}
      renderOption={({ option }) => (
        <span className={styles.classOption}>
          <ClassSwatch code={option.value} />
          <span>{option.label}</span>
          <ClassKey code={option.value} />
        </span>
      )}
      maxDropdownHeight={360}
      data-testid="defect-class"
    />
  );
}

function ClassKey({ code }: { code: string }) {
  const number = defectClasses.findIndex((entry) => entry.code === code) + 1;
  return number >= 1 && number <= NUMBER_KEYS ? <kbd>{number}</kbd> : null;
}
