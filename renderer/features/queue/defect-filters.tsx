import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { defectClass, defectClasses, defectGrades } from '#shared/domain/defect-classes';
import type { DefectDecision } from '#shared/domain/defect';
import { defectSortSchema } from '#shared/ipc/contract';
import { useName } from '../../app/state/locale';
import { ChoiceBar } from '../controls/choice-bar';
import { ClassSwatch } from '../controls/class-swatch';
import { ChipGroup } from './chip-group';
import { FilterPopover } from './filter-popover';
import { ListSelect } from './list-select';
import { setDefectQuery, useQueue } from './queue-store';
import styles from './queue.module.css';

const classCodes = defectClasses.map((entry) => entry.code);

export function DefectFilters() {
  return (
    <div className={styles.filters}>
      <DecisionFilter />
      <div className={styles.filterLine}>
        <SortSelect />
        <MoreFilters />
      </div>
    </div>
  );
}

function DecisionFilter() {
  const { t } = useTranslation('workspace');
  const decisions = useQueue((state) => state.defects.filter.decisions);
  const value: DefectDecision | 'all' = decisions.length === 1 ? (decisions[0] ?? 'all') : 'all';
  return (
    <ChoiceBar
      label={t('queue.filter')}
      value={value}
      onChange={(choice) => setDefectQuery({ filter: { decisions: choice === 'all' ? [] : [choice] } })}
      choices={[
        { value: 'unreviewed', label: t('queue.toReview') },
        { value: 'accepted', label: t('queue.accepted') },
        { value: 'rejected', label: t('queue.rejected') },
        { value: 'all', label: t('queue.all') },
      ]}
      testId="defect-filter"
    />
  );
}

function SortSelect() {
  const { t } = useTranslation('workspace');
  const sort = useQueue((state) => state.defects.sort);
  return (
    <ListSelect
      label={t('queue.sort')}
      options={defectSortSchema.options}
      labelOf={(value) => t(`queue.defectSort.${value}`)}
      value={sort}
      onChange={(value) => setDefectQuery({ sort: value })}
      testId="defect-sort"
    />
  );
}

function MoreFilters() {
  const { t } = useTranslation(['workspace', 'domain']);
  const name = useName();
  const filter = useQueue((state) => state.defects.filter);
  const isSet = filter.classCodes.length > 0 || filter.grades.length > 0;
  return (
    <FilterPopover label={t('queue.filter')} isSet={isSet} testId="defect-more-filters">
      <ChipGroup
        title={t('queue.classes')}
        values={classCodes}
        chosen={filter.classCodes}
        labelOf={(code) => name(defectClass(code))}
        iconOf={(code) => <ClassSwatch code={code} sizePx={11} />}
        onChange={(codes) => setDefectQuery({ filter: { classCodes: codes } })}
      />
      <ChipGroup
        title={t('queue.grades')}
        values={defectGrades}
        chosen={filter.grades}
        labelOf={(grade) => t(`domain:grade.${grade}`)}
        onChange={(grades) => setDefectQuery({ filter: { grades } })}
      />
      <Button variant="default" disabled={!isSet} onClick={() => setDefectQuery({ filter: { classCodes: [], grades: [] } })}>
        {t('queue.clearFilter')}
      </Button>
    </FilterPopover>
  );
}
