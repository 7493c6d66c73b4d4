import { ActionIcon, Button, Indicator, Popover, Select, Stack, Tooltip } from '@mantine/core';
import { IconFilter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { defectClass, defectClasses, defectGrades } from '#shared/domain/defect-classes';
import type { DefectDecision } from '#shared/domain/defect';
import { defectSortSchema } from '#shared/ipc/contract';
import { useName } from '../../app/state/locale';
import { ChoiceBar } from '../controls/choice-bar';
import { ClassSwatch } from '../controls/class-swatch';
import { ChipGroup } from './chip-group';
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
    <Select
      className={styles.grow}
      aria-label={t('queue.sort')}
      data={defectSortSchema.options.map((value) => ({ value, label: t(`queue.defectSort.${value}`) }))}
      value={sort}
      onChange={(value) => setDefectQuery({ sort: defectSortSchema.parse(value) })}
      data-testid="defect-sort"
    />
  );
}

function MoreFilters() {
  const { t } = useTranslation(['workspace', 'domain']);
  const name = useName();
  const filter = useQueue((state) => state.defects.filter);
  const isSet = filter.classCodes.length > 0 || filter.grades.length > 0;
  return (
    <Popover position="bottom-end" width={260} shadow="md" trapFocus>
      <Popover.Target>
        <Tooltip label={t('queue.filter')}>
          <Indicator disabled={!isSet} size={7} offset={5}>
            <ActionIcon variant="default" size={30} aria-label={t('queue.filter')} data-testid="defect-more-filters">
              <IconFilter size={14} />
            </ActionIcon>
          </Indicator>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
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
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}
