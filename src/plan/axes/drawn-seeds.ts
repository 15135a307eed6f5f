import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { CellRules } from '../conventions.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';

/** Stands for a seed that is still to be drawn: the nth of its axis, from 0. */
interface Draw {
  readonly [draw: string]: number;
}

const draws: Draw[] = [];
const known = new WeakSet<object>();

/** The same object for the same number, so that nothing a user writes can be mistaken for it. */
export function drawOf(nth: number): Draw {
  for (let next = draws.length; next <= nth; next += 1) {
    const draw = Object.freeze({ draw: next });
    known.add(draw);
    draws.push(draw);
  }
  return draws[nth] as Draw;
}

export function isDraw(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && known.has(value);
}

/**
 * Whether a random seed is asked for: the word `random`, or -1, which most programs take for it. A folder of
 * edition 1 sends -1 as it is to models that take it.
 */
export function asksForDraw(field: InputField | null, value: JsonValue, { edition }: CellRules): boolean {
  // Most values begin otherwise.
  if (field === null || (value !== -1 && !(typeof value === 'string' && /^\s*[r-]/i.test(value))))
    return false;
  if (!/(?:^|[._])seed$/i.test(field.name) || field.choices !== null) return false;
  // What is drawn is an input itself.
  if (field.within !== undefined) return false;
  if (!field.types.includes('integer') && !field.types.includes('number')) return false;
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (word === 'random') return true;
  if (word !== -1 && word !== '-1' && word !== '-1.0') return false;
  return edition === 2 || (field.minimum !== null && field.minimum > -1);
}

/** Draws seeds for bodies; `body` is without the seed. */
export type SeedDrawer = (
  field: Pick<InputField, 'minimum' | 'maximum'>,
  asked: { readonly model: string; readonly body: JsonObject; readonly rep: number },
) => number;

/** A body with each seed that is still to be drawn put in place, in the order of the schema. */
export function withDrawn(
  input: JsonObject,
  { fields }: ModelInputs,
  draw: (field: InputField, body: JsonObject) => number,
): JsonObject {
  if (!holdsDraw(input)) return input;
  const open = Object.entries(input).filter(([, value]) => isDraw(value));
  const body = Object.fromEntries(Object.entries(input).filter(([, value]) => !isDraw(value)));
  const drawn = new Map<string, JsonValue>(
    open.map(([name]) => [name, draw(fields?.get(name) as InputField, { ...body, drawn: name })]),
  );
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, drawn.get(name) ?? value]));
}

function holdsDraw(input: JsonObject): boolean {
  for (const name in input) if (isDraw(input[name])) return true;
  return false;
}

const maxSeed = 2_147_483_647;

/**
 * Seeds that depend only on the salt, the request, and how often the same was requested before: planning
 * again gives the same ones, wherever rows were moved, inserted or deleted. The same body gets another seed each time,
 * as long as the field has one.
 */
export function seedDrawer(salt: string): SeedDrawer {
  // By 48 bits of a hash: a million entries take some tens of megabytes.
  const times = new Map<number, number>();
  return (field, { model, body, rep }) => {
    const what = createHash('sha256').update(canonicalJson({ salt, model, body, rep })).digest();
    const key = what.readUIntBE(0, 6);
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    const min = Math.ceil(Math.max(field.minimum ?? 0, 0));
    const max = Math.floor(Math.min(field.maximum ?? maxSeed, Number.MAX_SAFE_INTEGER));
    const size = BigInt(Math.max(1, max - min + 1));
    // Steps whose length shares no divisor with the size reach every number before any repeats.
    const offset =
      (what.readBigUInt64BE(8) + BigInt(before) * strideFor(what.readBigUInt64BE(16), size)) % size;
    return min + Number(offset);
  };
}

function strideFor(wanted: bigint, size: bigint): bigint {
  for (let stride = (wanted % size) | 1n; ; stride += 2n)
    if (commonDivisor(stride, size) === 1n) return stride;
}

function commonDivisor(a: bigint, b: bigint): bigint {
  return b === 0n ? a : commonDivisor(b, a % b);
}
