/** Numbers with units, in the inspector's language. */
import type { Locale } from '#shared/domain/settings';

export function formatCount(count: number, locale: Locale): string {
  return new Intl.NumberFormat(locale).format(count);
}

/** @param share 0…1 */
export function formatPercent(share: number, locale: Locale): string {
  return new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 }).format(share);
}

/** A probability as inspectors write it: .62, 1.0 */
export function formatScore(score: number): string {
  return score >= 0.995 ? '1.0' : score.toFixed(2).replace(/^0/, '');
}

/** Three significant figures, at most one decimal from ten up: 3.12, 34.2, 1,203. */
export function formatMeasure(value: number, locale: Locale): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value);
}

export type Duration =
  { unit: 'seconds'; count: number } | { unit: 'minutes'; count: number } | { unit: 'hours'; hours: number; minutes: number };

/** A time left, rounded up to what a person can use: seconds under 90 s, minutes under 90 min, then hours and minutes. */
export function roundDuration(seconds: number): Duration {
  if (seconds < 90) return { unit: 'seconds', count: Math.max(1, Math.ceil(seconds)) };
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 90) return { unit: 'minutes', count: minutes };
  return { unit: 'hours', hours: Math.floor(minutes / 60), minutes: minutes % 60 };
}

export function formatDate(timeMs: number, locale: Locale): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(timeMs);
}

/** The last part of a path of either separator. */
export function fileName(path: string): string {
  return path.split(/[\\/]/).pop() ?? path;
}
