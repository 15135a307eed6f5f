import { type Problem, problemValue } from '../../core/complaints.ts';
import { setMember } from '../../core/json.ts';
import type { Cell } from '../../core/row.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showValue } from '../models/sentences.ts';
import type { UnsentColumns } from '../notes/unsent-columns.ts';
import type { Given } from './body.ts';
import { rawValue } from './body.ts';
import { type Meaning, mapFlag, meaningOf } from './columns.ts';
import { type ColumnValue, type RowReading, tagText } from './row-reading.ts';
import { isTag } from './sent-layer.ts';

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
  /** By input: what its column calls it, where that is not its key. */
  readonly names: Readonly<Record<string, string>>;
}

/** An input that a plan sets: by what it is called, and whether its link gives way. */
export interface InputUse {
  readonly called: string | null;
  readonly unlinks: boolean;
}

const maxMeanings = 10_000;
const undoubted: ReadonlySet<string> = new Set();
const unnamed: Readonly<Record<string, string>> = {};
const untagged: Readonly<Record<string, string>> = {};

/** Reads rows for one model, remembering what its columns mean. `use` hears of each input that they set. */
export function columnReader(
  inputs: ModelInputs,
  unsent: UnsentColumns,
  use: (input: string, use: InputUse) => void,
): (reading: RowReading) => ColumnReading {
  const meanings = new Map<string, Meaning>();
  // A column is reported in the same words in every row.
  const typoMessages = new Map<string, string>();
  function meaning(value: ColumnValue): Meaning {
    const known = meanings.get(value.column);
    if (known !== undefined) return known;
    const found = meaningOf(value, inputs, isNumber(value));
    if (found.type === 'input') use(found.name, found);
    if (meanings.size < maxMeanings) meanings.set(value.column, found);
    return found;
  }
  /** What was sent is called by its keys, linked or not. */
  function sentMeaning(value: ColumnValue): Meaning {
    const { column, target } = value;
    if (inputs.addresses === null || target !== column || inputs.fields?.has(column) !== true)
      return meaning(value);
    const sent = { called: inputs.addresses.shortOf(column), unlinks: false };
    use(column, sent);
    return { type: 'input', name: column, ...sent };
  }
  return ({ row, values }) => {
    const given = new Map<string, Given & { readonly column: string }>();
    let tags: Record<string, string> | null = null;
    const tag = (name: string, cell: Cell): void => {
      tags ??= {};
      setMember(tags, name, tagText(cell));
    };
    const problems: { column: string; problem: Problem }[] = [];
    let inDoubt: Set<string> | null = null;
    const lacking: string[] = [];
    let names: Record<string, string> | null = null;
    const typos: { readonly value: ColumnValue; readonly typo: Extract<Meaning, { type: 'typo' }> }[] = [];
    const hinting: [ColumnValue, Extract<Meaning, { type: 'tag' }>][] = [];
    const say = ({ column, cell, root = column }: ColumnValue, kind: string, message: string): void => {
      const place = row?.placeOf(root) ?? null;
      const about = { key: column, value: problemValue(rawValue(cell)) };
      problems.push({ column, problem: { severity: 'error', place, kind, message, ...about } });
    };
    for (const value of values) {
      const { column, target, cell, root = column } = value;
      const what = row?.sent === undefined ? meaning(value) : sentMeaning(value);
      switch (what.type) {
        case 'input': {
          if (value.root !== undefined) unsent.use(value.root);
          if (what.called !== null) {
            names ??= {};
            setMember(names, what.name, what.called);
          }
          const other = given.get(what.name);
          if (other === undefined)
            given.set(what.name, { column, cell, placeOf: () => row?.placeOf(root) ?? null });
          else {
            const both = `the columns ${showValue(other.column)} and ${showValue(column)}`;
            say(value, 'twice', `${both} both mean ${what.name}`);
          }
          break;
        }
        case 'refused':
          say(value, 'input_name', what.message);
          break;
        case 'typo':
          // Its user has kept it as a tag before.
          if (row?.sent?.again !== undefined && isTag(row, cell)) {
            tag(target, cell);
            break;
          }
          inDoubt ??= new Set();
          inDoubt.add(what.of);
          typos.push({ value, typo: what });
          break;
        case 'tag':
          if (!isTag(row, cell)) lacking.push(what.name);
          else {
            tag(what.name, cell);
            if (row?.sent === undefined && !what.isMeant && unsent.see(value, what.likeness))
              hinting.push([value, what]);
          }
          break;
        case 'id':
        case 'model':
          break;
      }
    }
    for (const { value, typo } of typos) {
      const message = typoMessages.get(value.column) ?? typoMessage(value, typo.shown, given.has(typo.of));
      if (typoMessages.size < maxMeanings) typoMessages.set(value.column, message);
      say(value, 'unknown_column', message);
    }
    const doubted: ReadonlySet<string> = inDoubt ?? undoubted;
    if (row !== null) {
      for (const [value, { likeness }] of hinting) unsent.weigh(value, likeness, given, doubted, row);
    }
    return { given, tags: tags ?? untagged, problems, inDoubt: doubted, lacking, names: names ?? unnamed };
  };
}

function isNumber({ cell }: ColumnValue): boolean {
  const value = rawValue(cell);
  return typeof value === 'number' || (typeof value === 'string' && /^\s*\d+(\.\d+)?\s*$/.test(value));
}

function typoMessage({ column, target }: ColumnValue, of: string, isGiven: boolean): string {
  const renamed = target === column ? '' : `, renamed to ${showValue(target)}`;
  const keeps = `${mapFlag(column, column)} keeps it as a tag`;
  const ways = isGiven ? keeps : `${mapFlag(column, of)} sends it, ${keeps}`;
  return `unknown column ${showValue(column)}${renamed}; did you mean ${showValue(of)}? (${ways})`;
}
