import { formatDuration, formatRate, formatSeconds } from './format';
import type { JobProgress } from '#shared/jobs/types';
import type { CliIo } from './context';
import type { Translate } from './texts';

/** How often a line is written where there is no terminal to redraw. */
const PLAIN_LINE_INTERVAL_MS = 5000;
const WIDEST_BAR = 30;
const clearLine = '\r\u001b[2K';

export interface ProgressView {
  update(progress: JobProgress): void;
  /** writes a whole line above the bar */
  line(text: string): void;
  /** leaves the bar as the last line */
  close(): void;
}

/**
 * @param quiet no output at all unless standard error is a terminal: for programs that read the JSON
 */
export function createProgressView(io: CliIo, t: Translate, quiet: boolean, now: () => number = Date.now): ProgressView {
  if (io.stderrIsTerminal) return terminalView(io, t);
  if (quiet) return { update: () => undefined, line: () => undefined, close: () => undefined };
  return plainView(io, t, now);
}

function terminalView(io: CliIo, t: Translate): ProgressView {
  let shown = '';
  return {
    update: (progress) => {
      shown = progressBar(progress, io.stderrColumns(), t);
      io.stderr(clearLine + shown);
    },
    line: (text) => io.stderr(`${shown && clearLine}${text}\n${shown}`),
    close: () => {
      if (shown) io.stderr('\n');
      shown = '';
    },
  };
}

function plainView(io: CliIo, t: Translate, now: () => number): ProgressView {
  let lastMs = -Infinity;
  let written = '';
  let newest = '';
  const write = (): void => {
    if (newest !== written) io.stderr(`${newest}\n`);
    written = newest;
    lastMs = now();
  };
  return {
    update: (progress) => {
      newest = progressWords(progress, t);
      if (now() - lastMs >= PLAIN_LINE_INTERVAL_MS) write();
    },
    line: (text) => io.stderr(`${text}\n`),
    close: write,
  };
}

function progressWords(progress: JobProgress, t: Translate): string {
  const { done, failed, total, secondsPerImage, imagesPerSecond, secondsLeft } = progress;
  const words = [`${done + failed}/${total}`];
  if (secondsPerImage !== null) words.push(t('progress.secondsPerImage', { seconds: formatSeconds(secondsPerImage) }));
  if (imagesPerSecond !== null) words.push(t('progress.imagesPerSecond', { rate: formatRate(imagesPerSecond) }));
  if (secondsLeft !== null) words.push(t('progress.left', { time: formatDuration(secondsLeft) }));
  if (failed > 0) words.push(t('progress.failed', { count: failed }));
  return words.join('  ');
}

/** One line that fits the terminal; the bar takes what the words leave. */
export function progressBar(progress: JobProgress, columns: number, t: Translate): string {
  const words = progressWords(progress, t);
  const cells = Math.min(WIDEST_BAR, columns - displayWidth(words) - 5);
  if (cells < 5) return fitted(words, columns - 1);
  const share = progress.total === 0 ? 1 : (progress.done + progress.failed) / progress.total;
  const full = Math.round(share * cells);
  return `[${'#'.repeat(full)}${'-'.repeat(cells - full)}]  ${words}`;
}

/** Terminal cells: East Asian characters take two. */
function displayWidth(text: string): number {
  return Array.from(text).reduce((sum, character) => sum + cellsOf(character), 0);
}

function cellsOf(character: string): number {
  return /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uff60]/u.test(character) ? 2 : 1;
}

function fitted(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += cellsOf(character);
    if (width > columns) break;
    kept += character;
  }
  return kept;
}
