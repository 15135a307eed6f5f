import { randomBytes } from 'node:crypto';
import type { JsonObject } from '../core/json.ts';
import type { Conventions } from '../plan/conventions.ts';
import { openReaderIfAny } from '../store/reader.ts';

/**
 * How the input of this run folder is read: as its plan was made, or by the latest rules where it has none. A new
 * salt is kept by whoever keeps the plan.
 */
export function conventionsOf(dir: string): Conventions {
  const reader = openReaderIfAny(dir);
  try {
    const settings = reader?.planRecord()?.settings ?? null;
    const salt = typeof settings?.salt === 'string' ? settings.salt : randomBytes(8).toString('hex');
    return { edition: settings === null || settings.edition === 2 ? 2 : 1, salt };
  } finally {
    reader?.close();
  }
}

/** As the plan's settings keep them. */
export function conventionsAsJson({ edition, salt }: Conventions): JsonObject {
  return { edition, salt };
}
