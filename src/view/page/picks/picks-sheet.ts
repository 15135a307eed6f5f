import type { Pick } from '../state/app.ts';

// Own code rather than csv-parse, which would be a fifth of the page's script: three columns are read, of a table that
// the page has written itself and at most a spreadsheet has saved again.

/** The picks in a `picks.csv`, also as spreadsheets save it: with semicolons or tabs, and words in capitals. */
export function readPicksTable(text: string): { picks: readonly Pick[] } | { complaint: string } {
  const complain = (fault: string) => ({
    complaint: `This is not a picks.csv file from this page: ${fault}.`,
  });
  const [head, ...rows] = recordsOf(text.replace(/^\uFEFF/, ''));
  if (head === undefined) return complain('it is empty');
  const names = head.map((each) => each.trim().toLowerCase());
  const [jobAt, starredAt, noteAt] = ['job', 'starred', 'note'].map((name) => names.indexOf(name)) as [
    number,
    number,
    number,
  ];
  if (jobAt < 0) return complain('it has no column "job"');
  const picks: Pick[] = [];
  for (const [at, row] of rows.entries()) {
    if (row.every((cell) => cell.trim() === '')) continue;
    const place = `row ${at + 2}`;
    const job = unguarded(row[jobAt] ?? '').trim();
    if (job === '') return complain(`${place} has no job`);
    if (/^[\d.,]+E\+\d+$/i.test(job))
      return complain(`a spreadsheet has changed the job of ${place} to ${job}; import picks.json instead`);
    const isStarred = starredAt < 0 ? true : truthOf(row[starredAt] ?? '');
    if (isStarred === null) return complain(`"starred" of ${place} is neither true nor false`);
    picks.push({ job, isStarred, note: noteAt < 0 ? '' : unguarded(row[noteAt] ?? '') });
  }
  return { picks };
}

/** Spreadsheets write truth in the language of their user. */
const truths = {
  true: ['true', 'yes', 'x', '1', 'wahr', 'vrai', 'verdadero', 'verdadeiro', 'vero', 'waar', 'ja', '★'],
  false: ['false', 'no', '', '0', 'falsch', 'faux', 'falso', 'onwaar', 'nein', 'nee'],
} as const;

function truthOf(cell: string): boolean | null {
  const word = cell.trim().toLowerCase();
  if ((truths.true as readonly string[]).includes(word)) return true;
  return (truths.false as readonly string[]).includes(word) ? false : null;
}

/** Without the apostrophe that keeps spreadsheets from taking a text for a formula. */
function unguarded(cell: string): string {
  return /^'[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) ? cell.slice(1) : cell;
}

/** RFC 4180, separated by whatever separates the names in the first line. */
function recordsOf(text: string): string[][] {
  const firstLine = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const separator = [',', ';', '\t'].reduce((best, each) =>
    firstLine.split(each).length > firstLine.split(best).length ? each : best,
  );
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    const [cell, after] = text[at] === '"' ? quotedCell(text, at) : plainCell(text, at, separator);
    record.push(cell);
    at = after;
    if (text[at] === separator) {
      at += 1;
      // A record may end with an empty cell at the end of the text.
      if (at < text.length) continue;
      record.push('');
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 1;
    at += 1;
    records.push(record);
    record = [];
  }
  return records;
}

function plainCell(text: string, from: number, separator: string): readonly [cell: string, after: number] {
  let at = from;
  while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at += 1;
  return [text.slice(from, at), at];
}

/** What stands between the closing quote and the separator is kept: no text is lost. */
function quotedCell(text: string, from: number): readonly [cell: string, after: number] {
  let cell = '';
  let at = from + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return [cell + text.slice(at), text.length];
    cell += text.slice(at, end);
    if (text[end + 1] !== '"') return [cell, end + 1];
    cell += '"';
    at = end + 2;
  }
}
