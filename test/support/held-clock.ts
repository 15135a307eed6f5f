/** The machine's clock for a simulator, which stands still while a test holds it: meanwhile no generation ends. */
export interface HeldClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  hold(): void;
  /** What would have ended meanwhile ends at once. */
  release(): void;
}

export function heldClock(): HeldClock {
  let heldAt: number | null = null;
  return {
    now: () => heldAt ?? Date.now(),
    hold() {
      heldAt ??= Date.now();
    },
    release() {
      heldAt = null;
    },
  };
}
