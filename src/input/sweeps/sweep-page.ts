import type { Place } from '../../core/complaints.ts';
import { suggestion } from '../../core/nearby.ts';
import type { MapEntry, MapNode, ValueNode } from '../json/value-tree.ts';
import type { Position } from '../positions.ts';
import { shown, type TextFault } from '../reading.ts';

/** What the readers of a sweep's parts share: where things stand, and what is wrong with them. */
export interface SweepPage {
  readonly file: string;
  /** In the order in which they are found, not in that of the text. */
  readonly faults: readonly TextFault[];
  refuse(at: number, message: string): void;
  placeOf(at: number): Place;
}

// One file can hold a million; nobody would read them.
const maxFaults = 1_000;

export function sweepPage(file: string, positionOf: (offset: number) => Position): SweepPage {
  const faults: TextFault[] = [];
  return {
    file,
    faults,
    refuse(at, message) {
      if (faults.length < maxFaults) faults.push({ at, kind: 'sweep', message });
    },
    placeOf: (at) => ({ file, ...positionOf(at) }),
  };
}

/** A part of a sweep, called by its key in messages. null: it was refused, or is not there. */
export type Part<T> = (page: SweepPage, node: ValueNode, name: string) => T | null;

/** The entries of a map whose keys are known, each read by its part; unknown keys are refused. */
export function readParts<Parts extends Readonly<Record<string, Part<unknown>>>>(
  page: SweepPage,
  { entries }: MapNode,
  parts: Parts,
  within: string | null = null,
): { readonly [Key in keyof Parts]: ReturnType<Parts[Key]> } {
  const read = Object.fromEntries(Object.keys(parts).map((key): [string, unknown] => [key, null]));
  for (const { name, at, value } of entries) {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    const called = within === null ? name : `${within}.${name}`;
    if (part === undefined) page.refuse(at, unknownKey(name, Object.keys(parts), within));
    else if (isNull(value)) page.refuse(value.at, `${called} has no value; give it one, or remove the key.`);
    else read[name] = part(page, value, called);
  }
  return read as { readonly [Key in keyof Parts]: ReturnType<Parts[Key]> };
}

function unknownKey(name: string, known: readonly string[], within: string | null): string {
  const subject = `${shown(name)} is not a key of ${within ?? 'a sweep'}`;
  const near = suggestion(name, known);
  return near === null
    ? `${subject}; known keys are ${known.filter((key) => key !== '$schema').join(', ')}.`
    : `${subject}; did you mean ${shown(near)}?`;
}

/** The entries whose keys are names of inputs and columns: none may be blank, or differ from another in case alone. */
export function uniqueEntries(page: SweepPage, { entries }: MapNode): readonly MapEntry[] {
  const firsts = new Map<string, string>();
  return entries.filter(({ name, at }) => {
    if (name.trim() === '') {
      page.refuse(at, 'a key has no name.');
      return false;
    }
    const folded = name.toLowerCase();
    const first = firsts.get(folded);
    if (first === undefined) firsts.set(folded, name);
    else page.refuse(at, `${shown(name)} appears twice, also as ${shown(first)}; case does not matter.`);
    return first === undefined;
  });
}

export function isNull(node: ValueNode): boolean {
  return node.kind === 'scalar' && node.value === null;
}

/** What a node holds, as messages show it behind `but`. */
export function shownNode(node: ValueNode): string {
  switch (node.kind) {
    case 'map':
      return 'a map';
    case 'list':
      return 'a list';
    case 'scalar':
      if (node.value === null) return 'empty';
      return typeof node.value === 'string' ? shown(node.value) : String(node.value);
  }
}
