import type { Problem } from '../core/complaints.ts';
import type { Given } from './body.ts';
import { type Meaning, meaningOf } from './columns.ts';
import { type ColumnValue, type RowReading, tagText } from './rowreading.ts';
import type { ModelInputs } from './schema.ts';
import { isTag } from './sent-body.ts';
import { showValue } from './sentences.ts';

/** What the columns of a row are to its model. */
export interface ColumnReading {
  /** By input. */
  readonly given: ReadonlyMap<string, Given>;
  readonly tags: Readonly<Record<string, string>>;
  /** What is wrong with a column as such, in whatever row it stands. */
  readonly problems: readonly { readonly column: string; readonly problem: Problem }[];
  /** Inputs that a column was probably meant for. */
  readonly inDoubt: ReadonlySet<string>;
  /** What an earlier job has sent and this model does not take. */
  readonly lacking: readonly string[];
}

const mostMeanings = 10_000;

/** Reads rows for one model, remembering what its columns mean. */
export function columnReader(inputs: ModelInputs): (reading: RowReading) => ColumnReading {
  const meanings = new Map<string, Meaning>();
  function meaning({ column, target, mapped }: ColumnValue): Meaning {
    const known = meanings.get(column);
    if (known !== undefined) return known;
    const found = meaningOf(column, target, mapped, inputs);
    if (meanings.size < mostMeanings) meanings.set(column, found);
    return found;
  }
  return ({ row, columns }) => {
    const given = new Map<string, Given & { readonly column: string }>();
    const tags: [string, string][] = [];
    const problems: { column: string; problem: Problem }[] = [];
    const inDoubt = new Set<string>();
    const lacking: string[] = [];
    for (const value of columns) {
      const { column, target, cell } = value;
      const what = meaning(value);
      const say = (kind: string, message: string): void => {
        const place = row?.placeOf(column) ?? null;
        problems.push({ column, problem: { severity: 'error', place, kind, message } });
      };
      switch (what.type) {
        case 'input': {
          const other = given.get(what.name);
          if (other === undefined)
            given.set(what.name, { column, cell, place: row?.placeOf(column) ?? null });
          else
            say(
              'twice',
              `the columns ${showValue(other.column)} and ${showValue(column)} both mean ${what.name}`,
            );
          break;
        }
        case 'typo':
          // Its user has kept it as a tag before.
          if (row?.sent?.again !== undefined && isTag(row, cell)) {
            tags.push([target, tagText(cell)]);
            break;
          }
          inDoubt.add(what.of);
          say('unknown_column', typoMessage(column, target, what.of));
          break;
        case 'tag':
          if (isTag(row, cell)) tags.push([what.name, tagText(cell)]);
          else lacking.push(what.name);
          break;
        case 'id':
        case 'model':
          break;
      }
    }
    return { given, tags: Object.fromEntries(tags), problems, inDoubt, lacking };
  };
}

function typoMessage(column: string, target: string, of: string): string {
  const renamed = target === column ? '' : `, renamed to ${showValue(target)},`;
  const map = `${column}=${column}`;
  const keep = `keep it as a tag with --map ${/^[\w.=-]+$/.test(map) ? map : showValue(map)}`;
  return `column ${showValue(column)}${renamed} is no input of the model; did you mean "${of}"? (${keep})`;
}
