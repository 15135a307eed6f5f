import { webhookVariable } from '../app/callbacks/webhook-base.ts';
import type { RunPolicy } from '../app/policies.ts';
import { startInBackground } from '../app/running/background.ts';
import type { FolderStart } from '../app/running/starting.ts';
import { type Complaint, UserError } from '../core/complaints.ts';
import type { JsonObject } from '../core/json.ts';
import { ledgerVariable } from '../core/sharing/named-ledger.ts';
import { quoted } from '../core/shell-words.ts';
import { plainText } from '../report/terminal/terminal.ts';
import type { Flags } from './argv/flag-names.ts';
import { resumeFlags } from './argv/flags.ts';
import { text } from './argv/settings.ts';
import { exitCodes } from './exit.ts';
import type { Output } from './output.ts';
import type { System } from './system.ts';

interface Detaching {
  readonly start: FolderStart;
  readonly policy: RunPolicy;
  readonly flags: Flags;
  readonly output: Output;
  readonly system: System;
}

/**
 * Leaves a folder that is ready to a process of its own, which continues the plan that it holds now, and says how to
 * follow it. Throws what kept that process from beginning.
 */
export async function detach({ start, policy, flags, output, system }: Detaching): Promise<number> {
  const { dir } = start.ledger;
  await start.ledger.close();
  const { execPath, mainPath, env } = system;
  const args = [mainPath, '__detached', ...passedOn(flags, policy), '--yes', '--'];
  // Not among its arguments, which others can see.
  const ledger = text(flags, 'ledger');
  const address = {
    ...(policy.webhooks === null ? {} : { [webhookVariable]: policy.webhooks.base.href }),
    ...(ledger === null ? {} : { [ledgerVariable]: ledger }),
  };
  const began = await startInBackground(dir, { execPath, args, env: { ...env, ...address } });
  if (began.type === 'failed') throw whyFailed(began.error, began.log);
  const { pid, log } = began;
  const folder = quoted(dir);
  const wait = `rcb wait ${folder}`;
  const status = `rcb status ${folder}`;
  output.say(
    plainText(`Running in the background (pid ${pid}): ${status} · ${wait} · stop with kill -INT ${pid}`) +
      `\n${plainText(`Its messages are in ${log}.`)}\n`,
  );
  output.detached({ dir, pid, log, next: [wait, status] });
  return exitCodes.done;
}

// The first four are told by the run's policy, into which files of settings and sweeps went too.
const ownWords = [
  'max-cost',
  'max-duration',
  'concurrency',
  'rpm',
  'yes',
  'detach',
  'json',
  'rehearse',
  'canary',
  'webhook-base',
  'ledger',
];

/** The options of a run as words of another command line. The token is in none of them. */
function passedOn(flags: Flags, { caps, limits }: RunPolicy): readonly string[] {
  const { concurrency, maxSubmissionsPerMinute } = limits;
  const words = [
    ...(caps.usd === null ? [] : [`--max-cost=${caps.usd}`]),
    ...(caps.durationMs === null ? [] : [`--max-duration=${caps.durationMs / 1_000}s`]),
    ...(concurrency.adapts ? [] : [`--concurrency=${concurrency.max}`]),
    ...(maxSubmissionsPerMinute === null ? [] : [`--rpm=${maxSubmissionsPerMinute}`]),
  ];
  for (const name of Object.keys(resumeFlags) as (keyof typeof resumeFlags)[]) {
    if (!ownWords.includes(name) && !name.startsWith('no-')) words.push(...wordsOf(name, flags[name]));
  }
  return words;
}

function wordsOf(name: string, value: Flags[keyof Flags]): readonly string[] {
  if (value === undefined) return [];
  if (typeof value === 'boolean') return [value ? `--${name}` : `--no-${name}`];
  if (typeof value === 'number') return Array.from({ length: value }, () => `--${name}`);
  return [value].flat().map((each) => `--${name}=${each}`);
}

function whyFailed(error: JsonObject | null, log: string): Error {
  if (error === null) {
    const sentence = 'The run in the background ended before it began.';
    return new UserError('output', sentence, `Read ${log}, then run the same command again.`);
  }
  const { class: about, message, hint } = error;
  if (about === 'bug') return new Error(String(message));
  return new UserError(about as Complaint, String(message), hint === null ? null : String(hint));
}
