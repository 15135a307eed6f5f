interface Source {
  onChange(listener: () => void): void;
}

interface Binding {
  /** Weak: the grid creates and drops buttons by the thousand, and a source cannot remove a listener. */
  readonly ref: WeakRef<Element>;
  readonly update: (target: Element) => void;
}

interface Bindings {
  readonly all: Set<Binding>;
  pruneAt: number;
}

const bindings = new WeakMap<Source, Bindings>();

/**
 * Updates the element now and whenever the source changes, for as long as the element is alive. `update` receives
 * the element and must not refer to it in any other way, or the element would never be freed.
 */
export function bound<E extends Element>(source: Source, target: E, update: (target: E) => void): E {
  const known = bindings.get(source) ?? listen(source);
  if (known.all.size >= known.pruneAt) {
    prune(known);
    known.pruneAt = Math.max(1_000, 2 * known.all.size);
  }
  known.all.add({ ref: new WeakRef<Element>(target), update: update as (target: Element) => void });
  update(target);
  return target;
}

function listen(source: Source): Bindings {
  const known: Bindings = { all: new Set(), pruneAt: 1_000 };
  bindings.set(source, known);
  source.onChange(() => {
    prune(known);
    for (const { ref, update } of known.all) {
      const target = ref.deref();
      if (target !== undefined) update(target);
    }
  });
  return known;
}

function prune(known: Bindings): void {
  for (const binding of known.all) if (binding.ref.deref() === undefined) known.all.delete(binding);
}
