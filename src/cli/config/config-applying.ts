import { entriesInEffect, readConfig } from '../../app/config/config-entries.ts';
import type { ConfigFile } from '../../app/config/config-places.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import type { FlagTable } from '../argv/flag-kinds.ts';
import type { FlagName, Flags } from '../argv/flag-names.ts';
import { inputFlags } from '../argv/input-flags.ts';
import { text, truth } from '../argv/settings.ts';
import type { System } from '../system.ts';
import { type Setting, settingOf } from './config-values.ts';

/** A command whose call files of settings may complete. */
export interface Configurable {
  readonly flags: FlagTable;
  /** It reads inputs, whose folder may have such a file. */
  readonly takesInputs: boolean;
}

/** What a sweep says goes before what a file of settings says. */
const belowSweeps: ReadonlySet<string> = new Set<FlagName>([
  ...(['model', 'out', 'name', 'seeds', 'repeat'] as const),
  ...(['concurrency', 'rpm', 'max-cost', 'max-duration', 'canary'] as const),
]);

/** The settings that these files have for this call, whatever its options say. Every setting in them is checked. */
export function settingsInEffect(
  { flags }: Call,
  files: readonly ConfigFile[],
  system: System,
): readonly Setting[] {
  const config = readConfig(files);
  const settings = new Map(config.entries.map((entry) => [entry, settingOf(entry, system)]));
  const named = text(flags, 'profile');
  const { RCB_PROFILE: variable } = system.env;
  const chosen =
    named !== null
      ? { name: named, from: '--profile' }
      : variable
        ? { name: variable, from: 'RCB_PROFILE' }
        : null;
  const held = new Map<string, Setting>();
  for (const entry of entriesInEffect(config, chosen).values()) {
    const setting = settings.get(entry) as Setting;
    if (!held.has(setting.key)) held.set(setting.key, setting);
  }
  return [...held.values()];
}

/** The call with these settings where its own options leave them open. Names on stderr what it takes from where. */
export function withSettings(
  { takesInputs, flags: table }: Configurable,
  call: Call,
  files: readonly ConfigFile[],
  system: System,
): Call {
  const taken = settingsInEffect(call, files, system).filter(
    ({ flag }) => flag in table && (takesInputs || !(flag in inputFlags)) && call.flags[flag] === undefined,
  );
  const isQuiet = truth({ ...flagsOf(taken), ...call.flags }, 'quiet');
  if ('max-cost' in table && !isQuiet) tell(taken, system);
  // Not every API can do it, and a habit is no reason to refuse one.
  const isUsual = ({ flag }: Setting): boolean =>
    (takesInputs && belowSweeps.has(flag)) || flag === 'webhook-base';
  return {
    ...call,
    flags: { ...flagsOf(taken.filter((each) => !isUsual(each))), ...call.flags },
    usual: flagsOf(taken.filter(isUsual)),
  };
}

/** Settings as their options would give them. */
export function flagsOf(settings: Iterable<Setting>): Flags {
  return Object.fromEntries([...settings].map(({ flag, given }) => [flag, given]));
}

function tell(taken: readonly Setting[], { stderr }: System): void {
  const byFile = Map.groupBy(taken, ({ entry }) => entry.file.path);
  for (const [path, settings] of byFile) {
    const keys = settings.map(({ key }) => key).join(', ');
    stderr.write(`Settings from ${plainText(path)}: ${keys}.\n`);
  }
}
