import type { Place } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Cell, Row, SentBody } from '../../core/row.ts';

/** What an earlier job was made of. */
interface Made {
  /** The user's own name for its row. */
  readonly name: string | null;
  /** null: whatever model is asked for otherwise. */
  readonly model: string | null;
  readonly input: JsonObject;
}

/** A row that repeats an earlier job. `place` is for messages about it. */
export function sentRow(place: Place, { name, model, input }: Made, sent: SentBody): Row {
  const given: (readonly [string, JsonValue])[] = [
    ...(name === null ? [] : [['id', name] as const]),
    ...(model === null ? [] : [['model', model] as const]),
    ...Object.entries(input),
  ];
  const cells = given.map(([column, value]): [string, Cell] => [column, { kind: 'typed', value }]);
  return { file: place.file, line: place.line, cells: new Map(cells), placeOf: () => place, sent };
}
