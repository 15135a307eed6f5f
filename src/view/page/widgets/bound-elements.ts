interface Source {
  onChange(listener: () => void): void;
}

interface Follower {
  /** Weak, since the grid makes and drops buttons by the thousand and a source has no way to forget a listener. */
  readonly ref: WeakRef<Element>;
  readonly paint: (made: Element) => void;
}

interface Followers {
  readonly all: Set<Follower>;
  pruneAt: number;
}

const followers = new WeakMap<Source, Followers>();

/**
 * Paints the element now and whenever the source changes, for as long as the element is alive. `paint` is handed the
 * element and must not hold it otherwise.
 */
export function bound<E extends Element>(source: Source, made: E, paint: (made: E) => void): E {
  const known = followers.get(source) ?? listen(source);
  if (known.all.size >= known.pruneAt) {
    prune(known);
    known.pruneAt = Math.max(1_000, 2 * known.all.size);
  }
  known.all.add({ ref: new WeakRef<Element>(made), paint: paint as (made: Element) => void });
  paint(made);
  return made;
}

function listen(source: Source): Followers {
  const known: Followers = { all: new Set(), pruneAt: 1_000 };
  followers.set(source, known);
  source.onChange(() => {
    prune(known);
    for (const { ref, paint } of known.all) {
      const made = ref.deref();
      if (made !== undefined) paint(made);
    }
  });
  return known;
}

function prune(known: Followers): void {
  for (const follower of known.all) if (follower.ref.deref() === undefined) known.all.delete(follower);
}
