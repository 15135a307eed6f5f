/** Work that is under way, up to a maximum that makes more work wait before it begins. */
export interface Backlog {
  /** Resolves at once if less than the maximum is under way; else, with everyone who waits, when some of it has ended. */
  room(): Promise<void>;
  /** Counts this work until it ends, even beyond the maximum. */
  through<T>(work: Promise<T>): Promise<T>;
}

export function backlogOf(max: number): Backlog {
  let inside = 0;
  let waiting: (() => void)[] = [];

  function ended(): void {
    inside -= 1;
    if (inside >= max) return;
    const all = waiting;
    waiting = [];
    for (const enter of all) enter();
  }

  return {
    async room() {
      if (inside >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    through(work) {
      inside += 1;
      return work.finally(ended);
    },
  };
}
