/** Numbers, times and sizes as the report writes them. */
import type { Calibration } from '#shared/domain/project';
import type { Locale } from '#shared/domain/settings';

export interface ReportFormat {
  integer: (value: number) => string;
  /** at most `digits` decimals */
  decimal: (value: number, digits: number) => string;
  percent: (part: number, whole: number) => string;
  /** +12.3% */
  change: (before: number, after: number) => string;
  millimetres: (value: number) => string;
}

const SHA_PREFIX_LENGTH = 12;

export function reportFormat(locale: Locale): ReportFormat {
  const integers = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const changes = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1, signDisplay: 'exceptZero' });
  const decimal = (value: number, digits: number): string => new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
  return {
    integer: (value) => integers.format(value),
    decimal,
    percent: (part, whole) => (whole === 0 ? '–' : percents.format(part / whole)),
    change: (before, after) => (before === 0 ? '–' : changes.format(after / before - 1)),
    millimetres: (value) => decimal(value, value < 10 ? 2 : 1),
  };
}

/** "2026-05-11 14:30 (UTC+08:00)": the same in every language, and the same moment for an auditor elsewhere. */
export function reportTime(epochMs: number): string {
  const time = new Date(epochMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const eastMinutes = -time.getTimezoneOffset();
  const offset = `${eastMinutes < 0 ? '−' : '+'}${two(Math.floor(Math.abs(eastMinutes) / 60))}:${two(Math.abs(eastMinutes) % 60)}`;
  return `${date} ${two(time.getHours())}:${two(time.getMinutes())} (UTC${offset})`;
}

export function shaPrefix(sha256: string): string {
  return sha256.slice(0, SHA_PREFIX_LENGTH);
}

/** Leaves out the middle of a long path: its end tells pictures apart. */
export function shortenMiddle(text: string, maximum: number): string {
  const characters = Array.from(text);
  if (characters.length <= maximum) return text;
  const head = Math.floor(maximum / 3);
  const tail = maximum - head - 1;
  return `${characters.slice(0, head).join('')}…${characters.slice(-tail).join('')}`;
}

export interface SizeMm {
  widthMm: number;
  heightMm: number;
  areaMm2: number;
}

export function sizeInMm(calibration: Calibration, widthPx: number, heightPx: number, areaPx: number): SizeMm {
  return {
    widthMm: widthPx * calibration.mmPerPxX,
    heightMm: heightPx * calibration.mmPerPxY,
    areaMm2: areaPx * calibration.mmPerPxX * calibration.mmPerPxY,
  };
}
