import { platform } from 'node:os';
import { type Awake, keepAwake } from '../app/beside/awake.ts';
import { environmentWithoutTokens } from '../app/beside/child-environment.ts';
import type { LogNote } from '../app/running/folder-run.ts';
import type { Flags } from './argv/flag-names.ts';
import type { System } from './system.ts';

interface WakefulnessPorts {
  readonly flags: Flags;
  readonly system: System;
  readonly secrets: readonly string[];
  /** A rehearsal, or a server of this machine: over in a minute, and nobody's night. */
  readonly isPractice: boolean;
  readonly log: LogNote;
  readonly say: (sentence: string) => void;
}

/** Keeps the machine awake while a run is under way, and says so once. null: not wanted. */
export function wakefulness({
  flags,
  system,
  secrets,
  isPractice,
  log,
  say,
}: WakefulnessPorts): Awake | null {
  const isWanted = flags.inhibit ?? (!isPractice && !system.env.CI);
  if (isWanted !== true) return null;
  const env = environmentWithoutTokens(system.env, secrets);
  const awake = keepAwake({ platform: platform(), pid: system.pid, env });
  void awake.by.then((program) => {
    log({ event: 'awake', by: program }, program === null ? 'the machine may fall asleep' : 'kept awake');
    if (program !== null) say('The machine is kept awake while this runs (--no-inhibit to let it sleep).');
  });
  return awake;
}
