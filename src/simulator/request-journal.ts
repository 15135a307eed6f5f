import { closeSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { UserError } from '../core/complaints.ts';
import { isJsonObject, type JsonObject } from '../core/json.ts';

/** What must survive a restart of the simulator. `at` is milliseconds since the epoch. */
type JournalEntry =
  | {
      readonly type: 'accepted';
      readonly id: string;
      readonly at: number;
      readonly model: string;
      readonly input: JsonObject;
      readonly runMs: number;
      readonly fails: boolean;
      /** Who is to be told of it; left out: nobody. */
      readonly webhook?: JsonObject;
    }
  | { readonly type: 'cancelled'; readonly id: string; readonly at: number }
  /** Its webhook knows of its end. */
  | { readonly type: 'told'; readonly id: string; readonly at: number };

export interface RequestJournal {
  readonly earlier: readonly JournalEntry[];
  /** Returns once the system has it, so that a killed simulator remembers what it answered. */
  append(entry: JournalEntry): void;
  close(): void;
}

export const noJournal: RequestJournal = { earlier: [], append() {}, close() {} };

/** Opens or begins the journal. A line that a kill cut off was never answered and is left out. Throws `UserError`. */
export function openJournal(path: string): RequestJournal {
  let file: number;
  let text: string;
  try {
    mkdirSync(resolve(dirname(path)), { recursive: true });
    file = openSync(path, 'a+', 0o600);
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new UserError('output', `The simulator's journal ${path} cannot be opened.`, null, cause);
  }
  if (text !== '' && !text.endsWith('\n')) writeSync(file, '\n');
  const earlier = text.split('\n').flatMap((line) => entryOf(line) ?? []);
  return {
    earlier,
    append: (entry) => {
      writeSync(file, `${JSON.stringify(entry)}\n`);
    },
    close: () => closeSync(file),
  };
}

function entryOf(line: string): JournalEntry | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (!isJsonObject(value) || typeof value.id !== 'string' || typeof value.at !== 'number') return null;
  switch (value.type) {
    case 'cancelled':
    case 'told':
      return { type: value.type, id: value.id, at: value.at };
    case 'accepted':
      if (typeof value.model !== 'string' || !isJsonObject(value.input)) return null;
      if (typeof value.runMs !== 'number') return null;
      return {
        type: 'accepted',
        id: value.id,
        at: value.at,
        model: value.model,
        input: value.input,
        runMs: value.runMs,
        fails: value.fails === true,
        ...(isJsonObject(value.webhook) ? { webhook: value.webhook } : {}),
      };
    default:
      return null;
  }
}
