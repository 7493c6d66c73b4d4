import type { ReactNode } from 'react';
import styles from './queue.module.css';

interface Props<Value extends string> {
  title: string;
  values: readonly Value[];
  chosen: readonly Value[];
  labelOf: (value: Value) => string;
  iconOf?: (value: Value) => ReactNode;
  onChange: (chosen: Value[]) => void;
}

/** Any number of values to filter by; none chosen = all. */
export function ChipGroup<Value extends string>({ title, values, chosen, labelOf, iconOf, onChange }: Props<Value>) {
  const toggle = (value: Value): void => onChange(chosen.includes(value) ? chosen.filter((entry) => entry !== value) : [...chosen, value]);
  return (
    <fieldset className={styles.chips}>
      <legend>{title}</legend>
      {values.map((value) => (
        <button key={value} type="button" aria-pressed={chosen.includes(value)} onClick={() => toggle(value)}>
          {iconOf?.(value)}
          {labelOf(value)}
        </button>
      ))}
    </fieldset>
  );
}
