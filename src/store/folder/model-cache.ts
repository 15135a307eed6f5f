import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { Instant } from '../../core/job/job.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import { isPriceUnit } from '../../core/money/prices.ts';
import { slug } from '../../core/path-text.ts';
import { makePrivateFolder } from '../files/durable-folders.ts';
import { replaceFile } from '../files/replaced-files.ts';
import { isOfTheSystem, jsonIn } from './json-files.ts';
import { userFolder } from './user-folders.ts';

interface CachedModel {
  readonly model: Model;
  readonly fetchedAt: Instant;
}

/** Catalogue entries between runs, one JSON file each. `base`: the address of the API that the entry came from. */
export interface ModelCache {
  /** null: it was never kept, or what is there is damaged or not ours. */
  read(base: string, id: string): CachedModel | null;
  /** The file is whole or as it was. Nothing is thrown when the disk does not take it: the cache only saves time. */
  write(base: string, id: string, model: Model, at: Instant): Promise<void>;
}

/** Raised whenever `Model` changes its form: entries of another version are as if absent. */
const version = 3;

// The largest schemas have some hundred kilobytes.
const maxBytes = 8 * 1_024 ** 2;

const isText = (value: JsonValue | undefined): boolean => typeof value === 'string';
const isTextOrNull = (value: JsonValue | undefined): boolean => value === null || isText(value);

const isTimeIfAny = (value: JsonValue | undefined): boolean =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

const isCountIfAny = (value: JsonValue | undefined): boolean =>
  value === undefined || (Number.isSafeInteger(value) && Number(value) > 0);

const modelForm = {
  id: isText,
  displayName: isTextOrNull,
  description: isTextOrNull,
  categories: (value) => Array.isArray(value) && value.every(isText),
  kind: isTextOrNull,
  price: (value) => value === null || isPrice(value),
  pricingNote: isTextOrNull,
  modelUrl: isTextOrNull,
  inputSchema: (value) => value === null || isJsonObject(value),
  capacity: isCountIfAny,
  coldStartMs: isTimeIfAny,
  machines: isCountIfAny,
  keepWarmMs: isTimeIfAny,
} as const satisfies Record<keyof Model, (value: JsonValue | undefined) => boolean>;

/** Where the cache is; null: there is no place for it. */
export function modelsFolder(env: Readonly<Record<string, string | undefined>>): string | null {
  const caches = userFolder('cache', env);
  return caches === null ? null : join(caches, 'models');
}

/** A cache in the folder `dir`, which is made private to the user with the first entry. null: nothing is kept. */
export function modelCache(dir: string | null): ModelCache {
  if (dir === null) return { read: () => null, async write() {} };
  return {
    read(base, id) {
      const kept = jsonIn(join(dir, fileName(base, id)), maxBytes);
      if (!isJsonObject(kept) || kept.version !== version || kept.base !== base || kept.id !== id)
        return null;
      const { model, fetchedAt } = kept;
      if (!isModel(model) || typeof fetchedAt !== 'number' || !Number.isSafeInteger(fetchedAt)) return null;
      return { model, fetchedAt: fetchedAt as Instant };
    },
    async write(base, id, model, at) {
      const text = `${JSON.stringify({ version, base, id, fetchedAt: at, model }, null, 2)}\n`;
      try {
        makePrivateFolder(dir);
        await replaceFile(join(dir, fileName(base, id)), [text], 'synced');
      } catch (error) {
        if (!isOfTheSystem(error) && !(error instanceof UserError)) throw error;
      }
    },
  };
}

/** Readable, and told apart by a hash whatever an id is made of. */
function fileName(base: string, id: string): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([base, id]))
    .digest('hex')
    .slice(0, 16);
  return `${slug(id)}-${hash}.json`;
}

function isModel(value: JsonValue | undefined): value is JsonValue & Model {
  return isJsonObject(value) && Object.entries(modelForm).every(([key, isRight]) => isRight(value[key]));
}

function isPrice(value: JsonValue | undefined): boolean {
  if (!isJsonObject(value)) return false;
  const { usd, unit } = value;
  return typeof usd === 'number' && Number.isFinite(usd) && isPriceUnit(unit);
}
