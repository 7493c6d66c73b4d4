import { Select } from '@mantine/core';
import styles from './queue.module.css';

interface ListSelectProps<T extends string> {
  label: string;
  options: readonly T[];
  labelOf: (option: T) => string;
  value: T;
  onChange: (option: T) => void;
  testId: string;
}

/** A compact drop-down above a list: sorting, or one of a few views. */
export function ListSelect<T extends string>({ label, options, labelOf, value, onChange, testId }: ListSelectProps<T>) {
  const choose = (chosen: string | null): void => {
    const option = options.find((candidate) => candidate === chosen);
    if (option) onChange(option);
  };
  return (
    <Select
      className={styles.grow}
      aria-label={label}
      data={options.map((option) => ({ value: option, label: labelOf(option) }))}
      value={value}
      onChange={choose}
      data-testid={testId}
    />
  );
}
