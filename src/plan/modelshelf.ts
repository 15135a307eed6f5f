import type { Problem } from '../core/complaints.ts';
import { defaultModelId, type Model } from '../core/models.ts';
import type { Given } from './body.ts';
import { type Meaning, meaningOf } from './columns.ts';
import { suggestion } from './nearby.ts';
import { type ColumnValue, type RowReading, tagText } from './rowreading.ts';
import { compileInputs, type ModelInputs } from './schema.ts';
import { showValue } from './sentences.ts';
import { type WordLayer, wordLayer } from './wordlayer.ts';
import type { Word } from './words.ts';

/** What the columns of a row are to its model. */
export interface ColumnReading {
  /** By input. */
  readonly given: ReadonlyMap<string, Given>;
  readonly tags: Readonly<Record<string, string>>;
  /** What is wrong with a column as such, in whatever row it stands. */
  readonly problems: readonly { readonly column: string; readonly problem: Problem }[];
  /** Inputs that a column was probably meant for. */
  readonly inDoubt: ReadonlySet<string>;
}

export interface ShelvedModel {
  readonly inputs: ModelInputs;
  readonly words: WordLayer;
  read(reading: RowReading): ColumnReading;
}

/** The models of a plan, each looked up, compiled and joined with the words once. */
export interface ModelShelf {
  /** `problems` are those of the model and of the words for it: told at the first row that asks for it. */
  entryFor(
    reading: RowReading,
  ): Promise<{ readonly found: ShelvedModel | null; readonly problems: readonly Problem[] }>;
  /** All that a name template may draw on, `columns` too where a model takes any; null while no model is known. */
  inputNames(columns: Iterable<string>): readonly string[] | null;
}

const modelIdPattern = /^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/;
const mostMeanings = 10_000;

export function modelShelf(request: {
  readonly defaultModel: string;
  readonly words: readonly Word[];
  modelOf(id: string): Promise<Model | null>;
}): ModelShelf {
  const shelved = new Map<string, ShelvedModel | null>();
  const modelWord = request.words.find((word) => word.name.toLowerCase() === 'model');
  const usual = modelWord?.text ?? request.defaultModel;
  return {
    async entryFor(reading) {
      const id = reading.model?.id ?? usual;
      const known = shelved.get(id);
      if (known !== undefined) return { found: known, problems: [] };
      const model = modelIdPattern.test(id) ? await request.modelOf(id) : null;
      if (model === null) {
        shelved.set(id, null);
        const place = reading.model === null ? null : (reading.row?.placeOf(reading.model.column) ?? null);
        const near = suggestion(
          id,
          [...new Set([usual, defaultModelId])].filter((each) => each !== id),
        );
        const hint = near === null ? '' : `; did you mean ${showValue(near)}?`;
        const message = `model ${showValue(id)} is not known${hint}`;
        return { found: null, problems: [{ severity: 'error', place, kind: 'unknown_model', message }] };
      }
      const inputs = compileInputs(model);
      const words = wordLayer(inputs, request.words);
      const found: ShelvedModel = { inputs, words, read: columnReader(inputs) };
      shelved.set(id, found);
      const doubt: Problem[] =
        inputs.doubt === null
          ? []
          : [{ severity: 'warning', place: null, kind: 'unknown_schema', message: inputs.doubt }];
      return { found, problems: [...doubt, ...words.problems] };
    },
    inputNames(columns) {
      const found = [...shelved.values()].filter((each) => each !== null);
      if (found.length === 0) return null;
      const free = found.some(({ inputs }) => inputs.fields === null);
      const words = free ? request.words.map((word) => word.name) : [];
      return [
        ...new Set([
          ...found.flatMap(({ inputs }) => [...(inputs.fields?.keys() ?? [])]),
          ...(free ? columns : []),
          ...words,
        ]),
      ];
    },
  };
}

function columnReader(inputs: ModelInputs): (reading: RowReading) => ColumnReading {
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
          inDoubt.add(what.of);
          say('unknown_column', typoMessage(column, target, what.of));
          break;
        case 'tag':
          tags.push([what.name, tagText(cell)]);
          break;
        case 'id':
        case 'model':
          break;
      }
    }
    return { given, tags: Object.fromEntries(tags), problems, inDoubt };
  };
}

function typoMessage(column: string, target: string, of: string): string {
  const renamed = target === column ? '' : `, renamed to ${showValue(target)},`;
  const map = `${column}=${column}`;
  const keep = `keep it as a tag with --map ${/^[\w.=-]+$/.test(map) ? map : showValue(map)}`;
  return `column ${showValue(column)}${renamed} is no input of the model; did you mean "${of}"? (${keep})`;
}
