/** Checks of option values; what is wrong becomes a usage error in the user's language. */
import { UsageError } from './context';

/** @throws UsageError (from the parser that it returns) */
export function numberFrom(name: string, low: number, high: number): (value: string) => number {
  return (value) => {
    const number = value.trim() === '' ? NaN : Number(value);
    if (number >= low && number <= high) return number;
    throw new UsageError('usage.number', { name, low, high, value });
  };
}

/** @throws UsageError (from the parser that it returns) */
export function integerFrom(name: string, low: number, high: number): (value: string) => number {
  const parse = numberFrom(name, low, high);
  return (value) => {
    const number = parse(value);
    if (Number.isInteger(number)) return number;
    throw new UsageError('usage.number', { name, low, high, value });
  };
}

/** Whole numbers with commas between them. */
export function integersFrom(name: string, low: number, high: number): (value: string) => number[] {
  const parse = integerFrom(name, low, high);
  return (value) => value.split(',').map(parse);
}

/** Words of a closed list with commas between them. @throws UsageError when parsing another word */
export function wordsFrom<T extends string>(name: string, words: readonly T[]): (value: string) => T[] {
  return (value) =>
    value.split(',').map((part) => {
      const word = words.find((candidate) => candidate === part.trim());
      if (word === undefined) throw new UsageError('usage.word', { name, words: words.join(', '), value: part });
      return word;
    });
}
