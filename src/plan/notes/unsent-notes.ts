import type { Problem } from '../../core/complaints.ts';
import { showCount } from '../../core/counts.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { showName } from '../models/sentences.ts';
import { inputNamed, mapFlag } from '../rows/columns.ts';

const maxListed = 30;
const maxJoinedListed = 12;

/** What the plan says, once, of the columns that its models are not sent. */
export function unsentNotes(models: readonly PreparedModel[]): readonly Problem[] {
  const everywhere = new Map<string, string>();
  const proposals = new Map<string, string>();
  const notes: Problem[] = [];
  for (const { unsent, inputs } of models) {
    const others = models.filter((model) => model.inputs !== inputs);
    const here: string[] = [];
    for (const { column, name, akinTo, isAlias } of unsent.columns()) {
      const isSent = others.some((model) => inputNamed(model.inputs, name) !== null);
      if (isSent) here.push(name);
      else {
        everywhere.set(column, name);
        // Of an alias there is a warning of its own.
        if (akinTo !== null && !isAlias) proposals.set(column, akinTo);
      }
    }
    if (here.length > 0) notes.push(note(`kept as tags, not sent to ${inputs.model}: ${listed(here)}`));
  }
  if (everywhere.size === 0) return notes;
  const flags = [...proposals].map(([column, input]) => mapFlag(column, input));
  const sends =
    flags.length === 0
      ? ''
      : `; ${flags.slice(0, 3).join(', ')} would send ${flags.length === 1 ? 'it' : 'them'}`;
  return [note(`kept as tags, not sent: ${listed([...everywhere.values()])}${sends}`), ...notes];
}

/** By column, the input that it may be meant for. */
export function unsentProposals(models: readonly PreparedModel[]): ReadonlyMap<string, string> {
  return new Map(
    models.flatMap(({ unsent }) =>
      unsent
        .columns()
        .flatMap(({ name, column, akinTo }) => (akinTo === null ? [] : [[name, mapFlag(column, akinTo)]])),
    ),
  );
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, maxListed)
    .map((name) => (name === '' ? '(no name)' : showName(name.slice(0, 60).toWellFormed())));
  const more = names.length > maxListed ? [`and ${names.length - maxListed} more`] : [];
  return [...shown, ...more].join(', ');
}

function note(message: string): Problem {
  return { severity: 'note', place: null, kind: 'unsent', message };
}

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
  const listed = columns
    .slice(0, maxJoinedListed)
    .map((name) => (name === '' ? '(no name)' : showName(name)));
  const more = columns.length > maxJoinedListed ? `, and ${columns.length - maxJoinedListed} more` : '';
  const flag = columns.map((column) => proposals.get(column)).find((each) => each !== undefined);
  const map = flag === undefined ? '' : `map one (${flag}) or `;
  const message = `${showCount(rows)} ${are} the same job as another: ${they} only in columns that are not sent (${listed.join(', ')}${more}); ${map}add --keep-duplicates to generate each one`;
  return { severity: 'note', place: null, kind: 'joined_rows', message };
}
