import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar as YamlScalar } from 'yaml';
import { keepsItsDigits, losesDigits, maxDepth } from '../json/json-faults.ts';
import { type MapEntry, type MapNode, maxValues, tooManyValues, type ValueNode } from '../json/value-tree.ts';
import { shown, type TextFault } from '../reading.ts';
import { yamlDocument } from './yaml-document.ts';

// One text can hold a hundred thousand; nobody would read them.
const maxFaults = 100;

export interface YamlTree {
  /** null: there is not a value at all. What is at fault in it counts as null. */
  readonly tree: ValueNode | null;
  /** In the order of the text. */
  readonly faults: readonly TextFault[];
}

/** Reads a YAML 1.2 text as JSON would hold it: texts, numbers that keep their digits, no key twice, no tags. */
export function yamlTree(text: string): YamlTree {
  const document = yamlDocument(text);
  if ('at' in document) return { tree: null, faults: [document] };
  const faults: TextFault[] = [];
  const anchors = new Map<string, Sized>();
  const tree = document.content === null ? null : sized(document.content, 1).node;
  return { tree, faults };

  function refuse(at: number, kind: string, message: string): Sized {
    if (faults.length < maxFaults) faults.push({ at, kind, message });
    return { node: { kind: 'scalar', at, value: null }, size: 1 };
  }

  /** The node as a tree. An alias shares the tree of its anchor: ten lines can stand for a billion values. */
  function sized(node: ParsedNode, depth: number): Sized {
    const [at] = node.range;
    if (depth > maxDepth)
      return refuse(at, 'nesting', `the value is nested more than ${maxDepth} levels deep.`);
    if (isAlias(node)) {
      const target = anchors.get(node.source);
      if (target !== undefined) return { node: { ...target.node, at }, size: target.size };
      const message = `${shown(`*${node.source}`)} repeats an anchor that is not defined above it; put a text that starts with "*" in quotes.`;
      return refuse(at, 'yaml', message);
    }
    const made = isMap<ParsedNode, ParsedNode | null>(node)
      ? mapOf(node.items, at, depth)
      : isSeq<ParsedNode>(node)
        ? listOf(node.items, at, depth)
        : scalarOf(node, at);
    if (made.size > maxValues) return refuse(at, 'too_long', tooManyValues);
    if (node.anchor !== undefined) anchors.set(node.anchor, made);
    return made;
  }

  function listOf(items: readonly ParsedNode[], at: number, depth: number): Sized {
    const made = items.map((item) => sized(item, depth + 1));
    return { node: { kind: 'list', at, items: made.map(({ node }) => node) }, size: sum(made) };
  }

  function mapOf(pairs: readonly Pair[], at: number, depth: number): Sized {
    const entries: MapEntry[] = [];
    const made: Sized[] = [];
    const names = new Set<string>();
    for (const { key, value } of pairs) {
      const keyAt = key.range[0];
      const name = nameOf(key);
      if (typeof name !== 'string') refuse(keyAt, 'key', name.wrong);
      else if (names.has(name))
        refuse(keyAt, 'duplicate_key', `the key ${shown(name)} appears twice in one map; remove one.`);
      const child = value === null ? noValue(keyAt) : sized(value, depth + 1);
      if (typeof name !== 'string' || names.has(name)) continue;
      if (isScalar(key) && key.anchor !== undefined) anchors.set(key.anchor, scalarOf(key, keyAt));
      names.add(name);
      made.push(child);
      entries.push({ name, at: keyAt, value: child.node });
    }
    const node: MapNode = { kind: 'map', at, entries };
    return { node, size: sum(made) };
  }

  function scalarOf({ value, source = '' }: YamlScalar<unknown>, at: number): Sized {
    if (value === null || typeof value === 'string' || typeof value === 'boolean')
      return { node: { kind: 'scalar', at, value }, size: 1 };
    const written = source.replace(/^\+/, '');
    if (/^-?0[0-9]/.test(written)) {
      const message = `${written} has leading zeros; put it in quotes if they matter, or remove them.`;
      return refuse(at, 'number', message);
    }
    if (typeof value !== 'number' || !isKept(value, written))
      return refuse(at, 'number', losesDigits(source));
    return { node: { kind: 'scalar', at, value }, size: 1 };
  }
}

interface Sized {
  readonly node: ValueNode;
  /** How many values it stands for, each alias counted as what it repeats. */
  readonly size: number;
}

interface Pair {
  readonly key: ParsedNode;
  readonly value: ParsedNode | null;
}

function noValue(at: number): Sized {
  return { node: { kind: 'scalar', at, value: null }, size: 1 };
}

function isKept(value: number, written: string): boolean {
  return /^0[xo]/.test(written) ? Number.isSafeInteger(value) : keepsItsDigits(written);
}

function sum(parts: readonly Sized[]): number {
  return parts.reduce((total, { size }) => total + size, 1);
}

function nameOf(key: ParsedNode): string | { readonly wrong: string } {
  if (!isScalar(key)) return { wrong: 'a key must be a plain text.' };
  const name = typeof key.value === 'string' ? key.value : (key.source ?? '');
  if (name.trim() === '') return { wrong: 'a key has no name.' };
  if (name !== '<<') return name;
  return { wrong: '"<<" is a merge key of YAML 1.1, which sweeps do not have; write the keys out.' };
}
