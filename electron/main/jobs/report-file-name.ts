/** Characters that a file name may not have on some system. */
const forbidden = /[\u0000-\u001f<>:"/\\|?*]+/g;

/** @returns `<name>-YYYYMMDD.pdf` in local time; `report` stands for a name of which nothing is left */
export function reportFileName(name: string, date: Date): string {
  const clean = name
    .replace(forbidden, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[. ]+|[. ]+$/g, '')
    .slice(0, 120);
  const day = [date.getFullYear(), String(date.getMonth() + 1).padStart(2, '0'), String(date.getDate()).padStart(2, '0')].join('');
  return `${clean || 'report'}-${day}.pdf`;
}
