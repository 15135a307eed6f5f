import type { Pick, Picks } from './app.ts';

export function picks(_folderKey: string, _storage: Storage): Picks {
  const kept = new Map<string, Pick>();
  const listeners: (() => void)[] = [];
  const of = (job: string): Pick => kept.get(job) ?? { job, isStarred: false, note: '' };
  const keep = (pick: Pick): void => {
    kept.set(pick.job, pick);
    for (const listener of listeners) listener();
  };
  return {
    of,
    star: (job, isStarred) => keep({ ...of(job), isStarred }),
    note: (job, note) => keep({ ...of(job), note }),
    all: () => [...kept.values()].filter(({ isStarred, note }) => isStarred || note !== ''),
    onChange: (listener) => listeners.push(listener),
  };
}
