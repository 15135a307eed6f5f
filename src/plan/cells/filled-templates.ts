import { type Problem, problemValue } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import type { Cell } from '../../core/row.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { showName, showValue } from '../models/sentences.ts';
import { type Given, type Layer, layerOf, rawValue } from '../rows/body.ts';
import { coerceText } from '../rows/coercer.ts';
import type { CellTexts } from './cell-texts.ts';
import { type Filled, fillText, fillValue, type TextSource } from './templates.ts';

/** Fills in templates for inputs, and reads what they become by the types of the inputs. */
export function filledTemplates(
  templates: ReadonlyMap<string, Given>,
  texts: CellTexts,
  { inputs, rules }: PreparedModel,
  { finder, isDeep }: { readonly finder: FileFinder } & Pick<TextSource, 'isDeep'>,
): Layer {
  const full = new Map<string, Given>();
  const unfilled = new Set<string>();
  const problems: Problem[] = [];
  for (const [name, given] of templates) {
    const { cell, placeOf } = given;
    const source = { textOf: texts.textOf, isDeep };
    const { value, missing, fault } = fillCell(inputs.fields?.get(name) ?? null, cell, source);
    const about = { key: name, value: problemValue(rawValue(cell)) };
    if (fault !== undefined) {
      const message = `${showName(name)} ${showValue(rawValue(cell))} ${fault}`;
      problems.push({ severity: 'error', place: placeOf(), kind: 'template', message, ...about });
    }
    for (const column of new Set(missing)) {
      const message = missingMessage(name, column, texts);
      problems.push({ severity: 'error', place: placeOf(), kind: 'unknown_template', message, ...about });
    }
    if (missing.length > 0 || fault !== undefined) unfilled.add(name);
    // A template that becomes empty counts as an empty cell: not given.
    else if (value.kind !== 'text' || value.text !== '') full.set(name, { cell: value, placeOf });
  }
  const read = layerOf(inputs, full, finder, rules);
  return {
    ...read,
    broken: new Set([...read.broken, ...unfilled]),
    problems: [...problems, ...read.problems],
  };
}

/** A text that is filled in is read by the type of its input, wherever it came from. */
function fillCell(field: InputField | null, cell: Cell, source: TextSource): Filled<Cell> {
  const written = rawValue(cell);
  if (typeof written !== 'string') {
    const filled = fillValue(written, source);
    return { ...filled, value: { kind: 'typed', value: filled.value } };
  }
  // JSON is read first, so that a quote in a column cannot break it.
  const json = /^\s*[[{]/.test(written) && field !== null ? coerceText(field, written) : null;
  if (json?.ok && typeof json.value === 'object') {
    const filled = fillValue(json.value, source);
    return { ...filled, value: { kind: 'typed', value: filled.value } };
  }
  const filled = fillText(written, source);
  return { ...filled, value: { kind: 'text', text: filled.value } };
}

function missingMessage(name: string, column: string, texts: CellTexts): string {
  const holds = `${showName(name)} holds ${showName(`{{${column.slice(0, 60)}}}`)}`;
  if (texts.isRandom(column)) {
    return `${holds}, which is drawn after templates are filled in; write the ${showName(column)} as a number`;
  }
  const near = suggestion(column, texts.names());
  const plain = '; write \\{{ for literal braces, or add --literal to take every text as it is';
  const hint = near === null ? plain : `; did you mean {{${showName(near)}}}?`;
  return `${holds}, but this row has no column ${showValue(column)}${hint}`;
}
