import { createHash } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { JobId } from '../../core/job/job.ts';
import type { JsonValue } from '../../core/json.ts';
import type { InputField } from '../models/input-field.ts';

const maxSeed = 2_147_483_647;

/** The job whose seed is varied: its variations get seeds of their own. */
interface SeedParent {
  /** null: it has no name here, so the seeds are the usual ones. */
  readonly job: JobId | null;
  /** Its own seed, which is left out. */
  readonly seed: JsonValue | undefined;
}

/**
 * Scattered seeds for `--seeds N --random`, for favourites and for older folders: always the same ones, each once,
 * within the limits of the field; the first n of them are the same however many are asked for. Below 0 only where the
 * field has nothing else, since -1 means 'any' to many models.
 * Throws `UserError` (`usage`) where the field has fewer seeds than are asked for.
 */
export function derivedSeeds(
  count: number,
  field: Pick<InputField, 'minimum' | 'maximum'> | null,
  parent: SeedParent = { job: null, seed: undefined },
): number[] {
  const max = Math.floor(Math.min(field?.maximum ?? maxSeed, Number.MAX_SAFE_INTEGER));
  const lowest = Math.ceil(Math.max(field?.minimum ?? 0, Number.MIN_SAFE_INTEGER));
  const min = max < 0 ? lowest : Math.max(0, lowest);
  const size = Math.max(0, max - min + 1);
  const own = isWhole(parent.seed) && parent.seed >= min && parent.seed <= max ? parent.seed : null;
  const available = size - (own === null ? 0 : 1);
  if (count > available) throw tooFew(count, min, max, available);
  const nextFree = new Map<number, number>();
  if (own !== null) nextFree.set(own - min, (own - min + 1) % size);
  const family = parent.job === null ? '' : ` of ${parent.job}`;
  return Array.from({ length: count }, (_, index) => {
    const offset = freeFrom(hashed(`runcomfy-batch seed ${index + 1}${family}`, size), nextFree, size);
    return min + offset;
  });
}

/** 1 to `count`, or from the minimum of the field where that is higher. Throws as `derivedSeeds` does. */
export function countedSeeds(count: number, field: Pick<InputField, 'minimum' | 'maximum'> | null): number[] {
  const min = Math.max(1, Math.ceil(field?.minimum ?? 1));
  const max = Math.floor(Math.min(field?.maximum ?? maxSeed, Number.MAX_SAFE_INTEGER));
  const available = Math.max(0, max - min + 1);
  if (count > available) throw tooFew(count, min, max, available);
  return Array.from({ length: count }, (_, index) => min + index);
}

function tooFew(count: number, min: number, max: number, available: number): UserError {
  return new UserError(
    'usage',
    `--seeds ${count} is more than this model has: its seeds go from ${min} to ${max}.`,
    available > 0 ? `Ask for at most ${available}.` : null,
  );
}

function hashed(text: string, below: number): number {
  const digest = createHash('sha256').update(text).digest();
  return Number(digest.readBigUInt64BE() % BigInt(below));
}

/** Takes the first free number from `wanted` on, wrapping around at the end. */
function freeFrom(wanted: number, nextFree: Map<number, number>, size: number): number {
  const passed: number[] = [];
  let at = wanted;
  for (let next = nextFree.get(at); next !== undefined; next = nextFree.get(at)) {
    passed.push(at);
    at = next;
  }
  for (const each of [...passed, at]) nextFree.set(each, (at + 1) % size);
  return at;
}

function isWhole(value: JsonValue | undefined): value is number {
  return Number.isSafeInteger(value);
}
