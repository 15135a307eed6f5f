import type { Problem } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import { type MediaFile, markersIn } from '../../core/media.ts';
import type { Cell, Row, SentBody } from '../../core/row.ts';
import type { AxisGroup } from '../axes/model-axis.ts';
import { derivedSeeds } from '../axes/seed-values.ts';
import { type FileFinder, findMedia, type MediaFault, type MediaField } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { blankness, type Given, type Layer, rawValue } from './body.ts';
import { coerceText, fitToSend } from './coercer.ts';
import { keyOf } from './columns.ts';

/** What an earlier job has sent as what is to be sent: to the letter, its markers standing for the files it had. */
export function sentLayer(
  inputs: ModelInputs,
  given: ReadonlyMap<string, Given>,
  { folder }: SentBody,
  finder: FileFinder,
): Layer {
  const values = new Map<string, JsonValue>();
  const broken = new Set<string>();
  const problems: Problem[] = [];
  const files: MediaFile[] = [];
  for (const [name, { cell, placeOf }] of given) {
    const field = inputs.fields?.get(name) ?? null;
    const value = rawValue(cell);
    if (value === null && field !== null && field.types.length > 0 && !field.types.includes('null')) continue;
    const read = readSent(name, cell, field, folder, finder);
    if (read.ok) {
      values.set(name, read.value);
      files.push(...read.files);
      continue;
    }
    broken.add(name);
    const message = `${showName(name)} ${read.reason}`;
    problems.push({ severity: 'error', place: placeOf(), kind: read.kind, message });
  }
  return { values, broken, problems, files };
}

type SentRead =
  | { readonly ok: true; readonly value: JsonValue; readonly files: readonly MediaFile[] }
  | MediaFault;

function readSent(
  name: string,
  cell: Cell,
  field: InputField | null,
  folder: string | null,
  finder: FileFinder,
): SentRead {
  const value = rawValue(cell);
  const typed =
    cell.kind === 'typed' ? { ok: true as const, value } : coerceText(field ?? anything, cell.text);
  // It has been sent before, or was printed by a program: no digit is lost any more.
  const fit = typed.ok ? fitToSend(typed.value, true) : typed;
  if (!fit.ok) return { ...fit, reason: `${showValue(value)} ${fit.reason}` };
  const blank = blankness(field, fit.value);
  if (blank !== null) return { ok: false, ...blank };
  const files: MediaFile[] = [];
  for (const marker of new Set(markersIn(fit.value))) {
    const found = keptFile(marker, field ?? anything, folder, finder);
    if ('ok' in found) return { ...found, reason: `${showValue(marker)} ${found.reason}${anew(name)}` };
    files.push(found);
  }
  return { ok: true, value: fit.value, files };
}

const anything: MediaField & Pick<InputField, 'choices'> = { types: [], media: null, choices: null };

function keptFile(
  marker: string,
  field: MediaField,
  folder: string | null,
  finder: FileFinder,
): MediaFile | MediaFault {
  if (folder === null || finder.find(marker.slice(1), folder).length === 0) {
    return { ok: false, kind: 'file_missing', reason: 'is a file that is not available' };
  }
  const found = findMedia(marker, field, folder, finder);
  if (!found.ok) return found;
  const file = found.files.find((each) => each.marker === marker);
  return file ?? { ok: false, kind: 'file', reason: 'is no longer the file that was sent' };
}

function anew(name: string): string {
  return `; give it again as ${showName(name)}=@photo.png`;
}

/** The same groups of axes with seeds that the earlier job and its kin have not had, where `--seeds` asks for any. */
export function withNewSeeds(
  groups: readonly AxisGroup[],
  { job }: SentBody,
  seedOf: (name: string) => JsonValue | undefined,
): readonly AxisGroup[] {
  return groups.map((group) => ({
    ...group,
    axes: group.axes.map((axis) =>
      axis.isDerived
        ? { ...axis, values: derivedSeeds(axis.values.length, axis.field, { job, seed: seedOf(axis.name) }) }
        : axis,
    ),
  }));
}

/** Whether a column without an input is a tag: where it came as a text, and was not sent as an input. */
export function isTag(row: Row | null, cell: Cell): boolean {
  return row?.sent === undefined || (row.sent.again !== undefined && cell.kind === 'text');
}

/** The axes on which the earlier job stands, with the values that its variation has there. */
export function keptAxes(
  { sent, cells }: Row,
  inputs: ModelInputs,
  input: JsonObject,
): [string, JsonValue][] {
  const keys = new Map(Object.entries(sent?.names ?? {}).map(([key, name]) => [name, key]));
  return Object.entries(sent?.axes ?? {}).flatMap(([name, value]): [string, JsonValue][] => {
    if (name === 'model') return [[name, inputs.model]];
    const key = keys.get(name) ?? keyOf(name, inputs);
    if (Object.hasOwn(input, key)) return [[sent?.names?.[key] ?? name, input[key] as JsonValue]];
    return cells.has(name) ? [] : [[name, value]];
  });
}

/** Said of an input of the earlier job that its new model does not have. */
export function lackingWarning(name: string, { model }: ModelInputs): Problem {
  const message = `${model} has no input ${showValue(name)}, so the value that an earlier job sent is left out`;
  return { severity: 'warning', place: null, kind: 'absent_input', message };
}
