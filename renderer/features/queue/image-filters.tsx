import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { reviewStatuses } from '#shared/domain/image';
import { imageFilterSchema, imageSortSchema } from '#shared/ipc/contract';
import { ChipGroup } from './chip-group';
import { FilterPopover } from './filter-popover';
import { ListSelect } from './list-select';
import { setImageQuery, useQueue } from './queue-store';
import styles from './queue.module.css';

const TYPING_PAUSE_MS = 250;
const onlySchema = imageFilterSchema.shape.only;

export function ImageFilters() {
  return (
    <div className={styles.filters}>
      <SearchField />
      <div className={styles.filterLine}>
        <OnlySelect />
        <SortSelect />
        <MoreFilters />
      </div>
    </div>
  );
}

function SearchField() {
  const { t } = useTranslation('workspace');
  const text = useQueue((state) => state.images.filter.text);
  const [draft, setDraft] = useState(text);
  const [known, setKnown] = useState(text);
  const search = useDebouncedCallback((value: string) => setImageQuery({ filter: { text: value } }), TYPING_PAUSE_MS);
  if (text !== known) {
    setKnown(text);
    setDraft(text);
  }
  const change = (value: string): void => {
    setDraft(value);
    search(value);
  };
  return (
    <TextInput
      size="xs"
      maxLength={500}
      leftSection={<IconSearch size={14} />}
      placeholder={t('queue.search')}
      aria-label={t('queue.search')}
      value={draft}
      onChange={(event) => change(event.currentTarget.value)}
      data-testid="image-search"
    />
  );
}

function OnlySelect() {
  const { t } = useTranslation('workspace');
  const only = useQueue((state) => state.images.filter.only);
  return (
    <ListSelect
      label={t('queue.filter')}
      options={onlySchema.options}
      labelOf={(value) => t(`queue.only.${value}`)}
      value={only}
      onChange={(value) => setImageQuery({ filter: { only: value } })}
      testId="image-only"
    />
  );
}

function SortSelect() {
  const { t } = useTranslation('workspace');
  const sort = useQueue((state) => state.images.sort);
  return (
    <ListSelect
      label={t('queue.sort')}
      options={imageSortSchema.options}
      labelOf={(value) => t(`queue.imageSort.${value}`)}
      value={sort}
      onChange={(value) => setImageQuery({ sort: value })}
      testId="image-sort"
    />
  );
}

function MoreFilters() {
  const { t } = useTranslation(['workspace', 'domain']);
  const status = useQueue((state) => state.images.filter.status);
  return (
    <FilterPopover label={t('queue.statuses')} isSet={status.length > 0} testId="image-status-filter">
      <ChipGroup
        title={t('queue.statuses')}
        values={reviewStatuses}
        chosen={status}
        labelOf={(value) => t(`domain:status.${value}`)}
        onChange={(values) => setImageQuery({ filter: { status: values } })}
      />
    </FilterPopover>
  );
}
