import type { Flag } from '../argv/flag-kinds.ts';
import type { FlagName } from '../argv/flag-names.ts';
import { runFlags } from '../argv/flags.ts';

/*
 * Every option of a run is a key of rcb.toml. The file beside the input came with a folder that somebody else may have
 * made, so it sets only what stands here: nothing that sends the token elsewhere, runs a program, reads or writes
 * outside its folder, or spends without a question. All else may stand in the user's own file alone: a new option too.
 */
const inProjects: ReadonlySet<FlagName> = new Set([
  ...(['model', 'map', 'literal', 'wildcards', 'format', 'encoding', 'schema', 'workflow'] as const),
  ...(['check-urls', 'keep-duplicates', 'seeds', 'repeat', 'limit', 'sample', 'shuffle'] as const),
  ...(['exclude', 'link', 'order', 'out', 'name'] as const),
  ...(['max-cost', 'max-duration', 'max-failures', 'concurrency', 'rpm', 'outage', 'canary'] as const),
  ...(['max-concurrency', 'submits', 'downloads', 'poll', 'poll-rps', 'job-timeout', 'retries'] as const),
  ...(['embed', 'view', 'log-level', 'notify', 'inhibit', 'canary'] as const),
]);

/** What each command line says for itself, or what must be nobody's habit. */
const inNoFile: ReadonlySet<FlagName> = new Set([
  ...([
    'yes',
    'dry-run',
    'rehearse',
    'this-account',
    'reuse-any-account',
    'from',
    'refresh',
    'skip-invalid',
    'random',
    'shard',
  ] as const),
  ...(['json', 'verbose', 'profile', 'detach'] as const),
]);

/** Where a key may stand. */
type Reach = 'project' | 'user' | 'nowhere';

export interface ConfigKey {
  readonly key: string;
  readonly flag: FlagName;
  readonly about: Flag;
  readonly reach: Reach;
}

/** `max_cost` of `--max-cost`; what `--no-view` refuses is `view`. */
const keyOf = (flag: string): string => flag.replaceAll('-', '_');

/** Every key, in the order of the help. */
export const configKeys: readonly ConfigKey[] = Object.entries(runFlags as Readonly<Record<string, Flag>>)
  .filter(([name]) => !(name.startsWith('no-') && name.slice('no-'.length) in runFlags))
  .map(([name, about]) => {
    const flag = name as FlagName;
    const reach = inNoFile.has(flag) ? 'nowhere' : inProjects.has(flag) ? 'project' : 'user';
    return { key: keyOf(name), flag, about, reach };
  });

const byKey = new Map(configKeys.map((each) => [each.key, each]));

/** The key as people write it, `max-cost` and `no_view` too; null: there is none. */
export function configKey(written: string): ConfigKey | null {
  return byKey.get(keyOf(written)) ?? null;
}
