import type { LogNote } from '../app/running/folder-run.ts';

/** Notes for run.log of what is around a run: kept until the log is open. */
export interface SessionLog {
  readonly note: LogNote;
  openTo(log: LogNote): void;
}

export function sessionLog(): SessionLog {
  const early: Parameters<LogNote>[] = [];
  let log: LogNote | null = null;
  return {
    note: (...line) => (log === null ? void early.push(line) : log(...line)),
    openTo(opened) {
      log = opened;
      for (const line of early.splice(0)) opened(...line);
    },
  };
}
