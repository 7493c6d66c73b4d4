import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './controls.module.css';

export interface Choice<Value extends string> {
  value: Value;
  label: string;
  icon?: ReactNode;
  /** what the choice does, with its key */
  hint?: string;
  tone?: 'good' | 'warn' | 'bad';
}

interface Props<Value extends string> {
  choices: readonly Choice<Value>[];
  value: Value | null;
  onChange: (value: Value) => void;
  /** names the whole bar for screen readers */
  label: string;
  disabled?: boolean;
  testId?: string;
}

/**
 * A row of buttons of which one is pressed. Unlike radio buttons it leaves the arrow keys alone:
 * those go through pictures and defects.
 */
export function ChoiceBar<Value extends string>({ choices, value, onChange, label, disabled = false, testId }: Props<Value>) {
  return (
    <div className={styles.choices} role="group" aria-label={label} data-testid={testId}>
      {choices.map((choice) => (
        <Tooltip key={choice.value} label={choice.hint} disabled={choice.hint === undefined}>
          <button
            type="button"
            aria-pressed={choice.value === value}
            data-tone={choice.tone}
            disabled={disabled}
            onClick={() => onChange(choice.value)}
            data-testid={testId === undefined ? undefined : `${testId}-${choice.value}`}
          >
            {choice.icon}
            <span>{choice.label}</span>
          </button>
        </Tooltip>
      ))}
    </div>
  );
}
