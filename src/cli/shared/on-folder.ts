import { existsSync } from 'node:fs';
import { pulledFolder } from '../../app/shared/pulled-folder.ts';
import type { SharedPlace } from '../../app/shared/shared-place.ts';
import { unreachedFolder } from '../../app/shared/unreached-folder.ts';
import { UserError } from '../../core/complaints.ts';
import type { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import type { Call } from '../argv/call.ts';
import type { CommandName } from '../argv/commands.ts';

/** Commands that only read a run folder. If the ledger cannot be reached, they show the folder as it is. */
const looking: ReadonlySet<CommandName> = new Set([
  ...(['status', 'ls', 'show', 'wait', 'view', 'sheet', 'open', 'export', 'share'] as const),
]);

const ordering: ReadonlySet<CommandName> = new Set(['retry', 'reconcile', 'fetch', 'cancel', 'vary']);

/** Those whose words name a run and nothing else. */
const takesRunAlone: ReadonlySet<CommandName> = new Set([
  ...(['status', 'wait', 'view', 'sheet', 'export', 'share', 'fetch'] as const),
]);

type Lent = Call & { readonly place: SharedPlace };

/** The call with the folder of the run that its words name, brought up to date where it is about one. */
export async function onFolder(name: CommandName, call: Lent): Promise<Lent> {
  if (!looking.has(name) && !ordering.has(name)) return call;
  const { words, place } = call;
  const away = (error: LedgerAway): void => {
    if (ordering.has(name)) throw error;
    place.warn(`${error.message} ${unreachedFolder(words)?.age ?? ''}`);
  };
  const [first] = words;
  // A file of a folder names the folder, and several folders are compared as they are.
  if (name === 'show' && words.length === 1 && first !== undefined && existsSync(first)) return call;
  if (name === 'view' && words.length > 1) {
    const dirs: string[] = [];
    for (const word of words) dirs.push((await pulledFolder(place, [word], true, away)).dir);
    return { ...call, words: dirs };
  }
  const { dir, rest } = await pulledFolder(place, words, takesRunAlone.has(name), away);
  return { ...call, words: [dir, ...rest] };
}

/** The call for what is there without the ledger; null: it is not about that, or there is nothing. */
export function withoutLedger(
  name: CommandName,
  call: Call,
  error: unknown,
  warn: (sentence: string) => void,
): Call | null {
  const isAway = error instanceof UserError && error.about === 'api_unreachable';
  const local = isAway && looking.has(name) ? unreachedFolder(call.words) : null;
  if (local === null || !(error instanceof UserError)) return null;
  warn(`${error.message} ${local.age}`);
  return { ...call, words: local.words };
}
