import type { Problem } from '../../core/complaints.ts';
import { showName } from '../models/sentences.ts';

const maxListed = 12;

/**
 * Said of rows that are the same job as another one and differ from it in `columns` alone, which are not sent.
 * `proposals`: by column, the flag that would send it.
 */
export function joinedNote(
  { rows, columns }: { readonly rows: number; readonly columns: readonly string[] },
  proposals: ReadonlyMap<string, string>,
): Problem | null {
  if (rows === 0 || columns.length === 0) return null;
  const [are, they] = rows === 1 ? ['row is', 'it differs'] : ['rows are', 'they differ'];
  const listed = columns.slice(0, maxListed).map((name) => (name === '' ? '(no name)' : showName(name)));
  const more = columns.length > maxListed ? `, and ${columns.length - maxListed} more` : '';
  const flag = columns.map((column) => proposals.get(column)).find((each) => each !== undefined);
  const map = flag === undefined ? '' : `map one (${flag}) or `;
  const message = `${rows.toLocaleString('en-US')} ${are} the same job as another: ${they} only in columns that are not sent (${listed.join(', ')}${more}); ${map}add --keep-duplicates for a picture each`;
  return { severity: 'note', place: null, kind: 'joined_rows', message };
}
