/**
 * Estimates how text wraps, without a browser: the page plan must be known before anything is drawn.
 * Widths are in em of Noto Sans SC, rounded up, so that the true text never needs more lines than estimated.
 */

const WIDE_LATIN = /[mwMW@%&—…]/;
const BREAK_AFTER = /[\s\-/\\]/;
/** Line-breaking rules for Chinese punctuation may leave the end of a line empty. */
const PUNCTUATION_SLACK_EM = 1;

function characterWidthEm(character: string): number {
  if (character.charCodeAt(0) >= 0x2e80) return 1;
  if (WIDE_LATIN.test(character)) return 0.95;
  if (character >= 'A' && character <= 'Z') return 0.7;
  return 0.6;
}

function isCjk(character: string): boolean {
  return character.charCodeAt(0) >= 0x2e80;
}

/**
 * @param widthEm width of the column in em of the text's font size, above 2
 * @returns the offset in `text` at which each line begins; one line for an empty text
 */
export function lineStarts(text: string, widthEm: number): number[] {
  const usableEm = widthEm - PUNCTUATION_SLACK_EM;
  const starts = [0];
  let lineEm = 0;
  let breakAt = 0;
  let sinceBreakEm = 0;
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    if (character === '\n') {
      starts.push(next);
      lineEm = sinceBreakEm = 0;
      breakAt = next;
    } else {
      const widthOfCharacter = characterWidthEm(character);
      if (lineEm + widthOfCharacter > usableEm && lineEm > 0) {
        const start = breakAt > (starts.at(-1) ?? 0) ? breakAt : at;
        lineEm = start === at ? 0 : sinceBreakEm;
        starts.push(start);
      }
      lineEm += widthOfCharacter;
      sinceBreakEm += widthOfCharacter;
      if (BREAK_AFTER.test(character) || isCjk(character)) {
        breakAt = next;
        sinceBreakEm = 0;
      }
    }
    at = next;
  }
  return starts;
}
