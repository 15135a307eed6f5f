/** How many may be on their way through something at once before others have to wait outside. */
export interface Backlog {
  /** Resolves once fewer are on their way: at once, or with all others that wait as soon as one has ended. */
  room(): Promise<void>;
  /** Counts the work until it ends. */
  through<T>(work: Promise<T>): Promise<T>;
}

export function backlogOf(most: number): Backlog {
  let inside = 0;
  let outside: (() => void)[] = [];

  function ended(): void {
    inside -= 1;
    if (inside >= most) return;
    const all = outside;
    outside = [];
    for (const enter of all) enter();
  }

  return {
    async room() {
      if (inside >= most) await new Promise<void>((resolve) => outside.push(resolve));
    },
    through(work) {
      inside += 1;
      return work.finally(ended);
    },
  };
}
