import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import { isFreeText } from '../axes/axis-elements.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { showName } from '../models/sentences.ts';
import { standsForNothing } from '../rows/blank-words.ts';
import { type Blank, rawValue } from '../rows/body.ts';
import { inputNamed } from '../rows/columns.ts';
import type { RowGrid } from '../rows/row-grid.ts';
import { holdsWildcard } from '../wildcards/wildcard-syntax.ts';
import { flagColumns, midjourneyWord } from './midjourney.ts';
import {
  blankNote,
  braceWarning,
  drawnNote,
  type Finding,
  fillingWarning,
  midjourneyWarning,
  weightFinding,
  wildcardNote,
  wildcardWarning,
} from './text-warnings.ts';

/** What a plan notices about its texts, to report each thing once, before anything is paid for. */
export interface TextNotes {
  /** The texts of a row, as written. */
  see(grid: RowGrid, model: PreparedModel): void;
  /** The texts of words, axes and defaults. `grid` is that of the model's first row. */
  seeShared(model: PreparedModel, grid: RowGrid): void;
  blank(blank: Blank): void;
  /** A job whose seed was drawn. */
  drew(): void;
  atEnd(): readonly Problem[];
}

type Kind = 'midjourney' | 'brace' | 'wildcard' | 'weight' | 'filling';

const suspicious = /(?:--|[—–])[a-z]|[{]|__|^\s*\/imagine|::/i;
const singleBraces = /(?<!\{)\{([\p{L}_][\p{L}\p{M}\p{N}_ .-]{0,40})\}(?!\})/gu;

interface TextRules {
  readonly literal: boolean;
  readonly wildcards: boolean;
  /** The seeds that are drawn are those of the run. */
  readonly keepsSalt: boolean;
}

export function textNotes({ literal, wildcards, keepsSalt }: TextRules): TextNotes {
  const found = new Map<Kind, Finding>();
  const columns = new Map<string, string>();
  const blanks = new Map<string, { count: number; readonly place: Place | null }>();
  const wild = { rows: 0, texts: 0 };
  let drawn = 0;

  function note(kind: Kind, place: Place | null, shown: string, ofRow: boolean): void {
    const finding = found.get(kind);
    if (finding === undefined) found.set(kind, { count: 1, ofRows: ofRow, place, shown });
    else found.set(kind, { ...finding, count: finding.count + 1, ofRows: finding.ofRows && ofRow });
  }

  function seeText(
    { name, text, ofRow }: { readonly name: string; readonly text: string; readonly ofRow: boolean },
    placeOf: () => Place | null,
    grid: RowGrid,
    model: PreparedModel,
  ): void {
    const { inputs } = model;
    const word = /midjourney/i.test(inputs.model) ? null : midjourneyWord(text);
    if (word !== null) {
      note('midjourney', placeOf(), `${showName(name)} holds ${showName(word)}`, ofRow);
      for (const [flag, input] of flagColumns(text, inputs)) if (!columns.has(flag)) columns.set(flag, input);
    }
    const wildcard = wildcards ? null : holdsWildcard(text);
    if (wildcard !== null)
      note('wildcard', placeOf(), `${showName(name)} holds ${showName(wildcard)}`, ofRow);
    for (const [whole, column = ''] of text.matchAll(singleBraces)) {
      if (!isColumn(column, grid, model)) continue;
      note('brace', placeOf(), `${showName(name)} holds ${showName(whole)}`, ofRow);
      break;
    }
  }

  /** A column that a template draws on is a part of some text. */
  function seeColumn(name: string, grid: RowGrid, model: PreparedModel): void {
    const found = columnText(name, grid, model);
    if (found === null) return;
    const { column, text, placeOf } = found;
    if (standsForNothing(text))
      note('filling', placeOf(), `${showName(column)} holds only ${showName(text)}`, true);
    else if (suspicious.test(text)) seeText({ name: column, text, ofRow: true }, placeOf, grid, model);
  }

  return {
    see(grid, model) {
      const { row } = grid.reading;
      if (literal || row?.sent !== undefined) return;
      const { weighted, axes } = grid.wild;
      for (const { name, place } of weighted) note('weight', place, name, true);
      if (axes.length > 0) {
        wild.rows += 1;
        wild.texts += axes.reduce((product, { values }) => product * values.length, 1);
      }
      for (const [name, { cell, placeOf }] of grid.columns.given) {
        const text = rawValue(cell);
        if (typeof text !== 'string' || !suspicious.test(text)) continue;
        if (!isFreeText(model.inputs.fields?.get(name) ?? null)) continue;
        seeText({ name, text, ofRow: true }, placeOf, grid, model);
      }
      for (const name of grid.draws) seeColumn(name, grid, model);
    },
    seeShared(model, grid) {
      if (literal) return;
      for (const { name, text, place } of sharedTexts(model)) {
        if (suspicious.test(text)) seeText({ name, text, ofRow: false }, () => place, grid, model);
      }
    },
    blank({ word, place }) {
      const known = blanks.get(word);
      if (known === undefined) blanks.set(word, { count: 1, place });
      else known.count += 1;
    },
    drew() {
      drawn += 1;
    },
    atEnd() {
      const said = (kind: Kind, sentence: (finding: Finding) => Problem): readonly Problem[] => {
        const finding = found.get(kind);
        return finding === undefined ? [] : [sentence(finding)];
      };
      return [
        ...said('midjourney', (finding) => midjourneyWarning(finding, columns)),
        ...said('brace', braceWarning),
        ...said('wildcard', wildcardWarning),
        ...said('weight', weightFinding),
        ...said('filling', fillingWarning),
        ...[...blanks].map(([word, { count, place }]) => blankNote(word, count, place)),
        ...(wild.rows === 0 ? [] : [wildcardNote(wild.rows, wild.texts)]),
        ...(drawn === 0 ? [] : [drawnNote(drawn, keepsSalt)]),
      ];
    },
  };
}

interface ColumnText {
  readonly column: string;
  readonly text: string;
  readonly placeOf: () => Place;
}

/** The text in a column of this name, in lower case, that is not an input itself; null: there is none. */
function columnText(name: string, { reading }: RowGrid, { inputs }: PreparedModel): ColumnText | null {
  const { row, values } = reading;
  const value = values.find(
    ({ column, target }) => column.toLowerCase() === name || target.toLowerCase() === name,
  );
  if (row === null || value === undefined || inputNamed(inputs, value.target) !== null) return null;
  const text = rawValue(value.cell);
  const { column, root = column } = value;
  return typeof text === 'string' ? { column, text, placeOf: () => row.placeOf(root) } : null;
}

interface SharedText {
  readonly name: string;
  readonly text: string;
  readonly place: Place | null;
}

/** The free texts that axes and defaults give. */
function* sharedTexts({ inputs, axes, defaults }: PreparedModel): Generator<SharedText> {
  for (const { name, role, field, values, source } of axes.axes) {
    if (role !== 'input' || !isFreeText(field)) continue;
    for (const value of values) if (isText(value)) yield { name, text: value, place: source.place };
  }
  for (const [name, place] of defaults.places) {
    const text = defaults.texts.get(name.toLowerCase());
    if (text !== undefined && isFreeText(inputs.fields?.get(name) ?? null)) yield { name, text, place };
  }
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

/** Whether `{name}` is more likely meant to be filled in than to be read. */
function isColumn(name: string, { reading }: RowGrid, { axes, defaults }: PreparedModel): boolean {
  const lower = name.toLowerCase();
  if (lower === 'prompt' || reading.texts.textOf(name) !== null || defaults.texts.has(lower)) return true;
  if (axes.axes.some((axis) => axis.name.toLowerCase() === lower)) return true;
  return reading.row?.columns?.some((column) => column.toLowerCase() === lower) === true;
}
