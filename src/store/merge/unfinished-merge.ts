import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../core/complaints.ts';
import { quoted } from '../../core/shell-words.ts';
import { keepMeta, metaIn, removeMeta } from '../mirror/mirror-mark.ts';

/** Under this key `meta` has the folders that are being merged into this one, as JSON, until all of them are in it. */
const mergingKey = 'merging';

export function keepUnfinished(db: DatabaseSync, sources: readonly string[]): void {
  keepMeta(db, mergingKey, JSON.stringify(sources));
}

export function removeUnfinished(db: DatabaseSync): void {
  removeMeta(db, mergingKey);
}

/** Throws `UserError` (`usage`) for a folder that lacks jobs which others have paid for: a run would pay again. */
export function refuseUnfinished(db: DatabaseSync, dir: string): void {
  const sources = unfinishedIn(db);
  if (sources.length > 0) throw cutOff(dir, sources);
}

/** Throws the same where these are not all that is left. `sources`: real paths. */
export function refuseRest(db: DatabaseSync, dir: string, sources: readonly string[]): void {
  const left = unfinishedIn(db);
  if (!left.every((each) => sources.includes(each))) throw cutOff(dir, left);
}

function unfinishedIn(db: DatabaseSync): readonly string[] {
  const text = metaIn(db, mergingKey);
  return text === null ? [] : (JSON.parse(text) as string[]);
}

function cutOff(dir: string, sources: readonly string[]): UserError {
  const command = `rcb merge ${sources.map(quoted).join(' ')} -o ${quoted(dir)}`;
  return new UserError(
    'usage',
    `${dir} does not have everything yet: a merge into it was cut off.`,
    `Run it again: ${command}.`,
  );
}
