/** One self-contained HTML page for results: tables and bar charts, no script, nothing fetched; prints on A4. */

export interface TableContent {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Bar {
  readonly label: string;
  readonly value: number;
  /** what stands at the end of the bar */
  readonly text: string;
  readonly isBest: boolean;
}

export function escapeHtml(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** @param body parts made by the functions below, or escaped by the caller */
export function htmlPage(title: string, language: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}

export const heading = (text: string): string => `<h2>${escapeHtml(text)}</h2>`;
export const paragraph = (text: string, kind: 'plain' | 'good' | 'bad' = 'plain'): string => `<p class="${kind}">${escapeHtml(text)}</p>`;

/** The first column is text, the others are numbers. */
export function htmlTable({ header, rows }: TableContent): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string => row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('\n');
  return `<table><thead><tr>${cells('th', header)}</tr></thead><tbody>\n${body}\n</tbody></table>`;
}

const LABEL_WIDTH = 290;
const BAR_WIDTH = 300;
const ROW_HEIGHT = 24;

/** Horizontal bars from zero; values are not negative. */
export function barChart(bars: readonly Bar[]): string {
  const largest = Math.max(...bars.map(({ value }) => value), Number.MIN_VALUE);
  const rows = bars.map(({ label, value, text, isBest }, index) => {
    const width = ((value / largest) * BAR_WIDTH).toFixed(1);
    const y = index * ROW_HEIGHT;
    return `<g transform="translate(0 ${y})"><text x="${LABEL_WIDTH - 8}" y="16" text-anchor="end">${escapeHtml(label)}</text>
<rect x="${LABEL_WIDTH}" y="4" width="${width}" height="16" fill="${isBest ? '#009E73' : '#56B4E9'}"/>
<text x="${(LABEL_WIDTH + Number(width) + 6).toFixed(1)}" y="16">${escapeHtml(text)}</text></g>`;
  });
  const height = bars.length * ROW_HEIGHT;
  return `<svg role="img" viewBox="0 0 ${LABEL_WIDTH + BAR_WIDTH + 110} ${height}" width="100%">${rows.join('\n')}</svg>`;
}

const style = `
@page { size: A4; margin: 16mm; }
body { font: 13px/1.5 "Noto Sans SC", "Microsoft YaHei", system-ui, sans-serif; color: #1b1f23; max-width: 900px; margin: 24px auto; padding: 0 16px; }
h1 { font-size: 20px; } h2 { font-size: 15px; margin-top: 24px; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 8px; border-bottom: 1px solid #d8dde2; text-align: right; white-space: nowrap; }
th:first-child, td:first-child { text-align: left; white-space: normal; }
svg text { font: 12px "Noto Sans SC", "Microsoft YaHei", system-ui, sans-serif; fill: #1b1f23; }
.good { color: #00684c; font-weight: 600; } .bad { color: #a33b00; font-weight: 600; }
`;
