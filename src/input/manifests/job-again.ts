import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { NamedTags, RowMark } from '../../core/job/exported-rows.ts';
import type { JobId } from '../../core/job/job.ts';
import { type InputNames, inverted, keysTold, nameOf } from '../../core/job/named-inputs.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Cell, Row, SentBody } from '../../core/row.ts';
import { alsoIn, textsOf, type WholeMark } from './row-mark.ts';

/** What a row of an export says of its job. */
export interface Made {
  readonly id: string | null;
  readonly model: string | null;
  /** From what people called an input to its key. */
  readonly names: InputNames | undefined;
  /** Like `axes`, by those names. */
  readonly cells: ReadonlyMap<string, Cell>;
  readonly job: string | null;
  readonly rep: number;
  readonly parent: string | null;
  readonly tags: Readonly<Record<string, string>>;
  readonly axes: Readonly<Record<string, JsonValue>>;
  readonly folder: string | null;
  readonly also: readonly NamedTags[];
}

/** The row as that job, and once more for each other row that asked for it. */
export function sentAgain(row: Row, made: Made, placeOf: Row['placeOf'] = row.placeOf): readonly Row[] {
  const { file, line } = row;
  const folder = folderFor(file, made.folder);
  const keys = keysTold(made.cells.keys(), made.names);
  const names = keys === null ? undefined : inverted(keys);
  return [{ id: made.id, tags: made.tags }, ...made.also].map(({ id, tags }) => {
    const sent: SentBody = {
      ...{ job: made.job as JobId | null, rep: made.rep, folder, tags, axes: made.axes },
      ...(names === undefined ? {} : { names }),
      rows: [`${file}:${line}`],
      again: { parent: made.parent as JobId | null },
    };
    const cells = new Map<string, Cell>();
    if (id !== null) cells.set('id', { kind: 'typed', value: id });
    if (made.model !== null) cells.set('model', { kind: 'typed', value: made.model });
    for (const [name, cell] of made.cells) cells.set(nameOf(name, keys), cell);
    return { file, line, cells, placeOf: (name) => placeOf(nameOf(name, names)), sent };
  });
}

/** Where files of the form `@inputs/…` lie: beside the export, else in the run folder that it was written from. */
function folderFor(file: string, folder: string | null): string | null {
  if (file === '-' || /^https?:/.test(file)) return null;
  const beside = dirname(file);
  const other = folder === null ? null : join(beside, folder);
  return other !== null && !existsSync(join(beside, 'inputs')) && existsSync(other) ? other : beside;
}

export function addFixed(cells: Map<string, Cell>, tags: [string, string][], fixed: RowMark['fixed']): void {
  for (const [key, value] of Object.entries(fixed?.input ?? {})) cells.set(key, { kind: 'typed', value });
  tags.push(...Object.entries(textsOf(fixed?.tags)));
}

export function commonOf({ job, rep, parent, folder, also, names }: WholeMark) {
  const others = alsoIn(also as JsonValue | undefined);
  return { job, rep, names, parent: parent ?? null, folder: folder ?? null, also: others };
}

export function axesOf(mark: WholeMark, cells: ReadonlyMap<string, Cell>, model: string | null): JsonObject {
  return Object.fromEntries(
    mark.axes.map((name): [string, JsonValue] => {
      if (mark.points !== undefined && Object.hasOwn(mark.points, name)) {
        return [name, mark.points[name] as JsonValue];
      }
      const cell = cells.get(name);
      if (cell === undefined) return [name, name === 'model' ? model : null];
      return [name, cell.kind === 'typed' ? cell.value : cell.text];
    }),
  );
}
