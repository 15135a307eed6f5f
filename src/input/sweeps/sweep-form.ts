import type { Sweep } from '../../core/sweep.ts';
import type { ValueNode } from '../json/value-tree.ts';
import { excludePart, inputPart, linkPart } from './sweep-lists.ts';
import { type Part, readParts, type SweepPage, shownNode } from './sweep-page.ts';
import {
  amountPart,
  canaryPart,
  concurrencyPart,
  durationPart,
  ratePart,
  repeatPart,
  textPart,
} from './sweep-scalars.ts';
import { axesPart, defaultsPart, namesPart, rowsPart } from './sweep-values.ts';

const outputParts = { dir: textPart, name: textPart } as const;

const limitParts = {
  concurrency: concurrencyPart,
  rpm: ratePart,
  max_cost: amountPart,
  max_duration: durationPart,
  canary: canaryPart,
} as const satisfies Record<string, Part<string>>;

/** The keys of a sweep, each with what reads it; `jobs/sweep.schema.json` says the same to editors. */
const sweepParts = {
  // How editors find the schema of a JSON file.
  $schema: textPart,
  name: textPart,
  model: textPart,
  input: inputPart,
  rows: rowsPart,
  map: namesPart,
  defaults: defaultsPart,
  axes: axesPart,
  link: linkPart,
  exclude: excludePart,
  repeat: repeatPart,
  output: mapPart(outputParts, '{dir: out/cats}'),
  limits: mapPart(limitParts, '{rpm: 60}'),
} as const;

function mapPart<Parts extends Readonly<Record<string, Part<string>>>>(parts: Parts, example: string) {
  return (page: SweepPage, node: ValueNode, name: string) => {
    if (node.kind === 'map') return readParts(page, node, parts, name);
    page.refuse(node.at, `${name} must be a map such as ${example}, but is ${shownNode(node)}.`);
    return null;
  };
}

/** The sweep that a tree of values is. What is wrong with it goes to the page, all of it. */
export function sweepOf(page: SweepPage, tree: ValueNode): Sweep | null {
  if (tree.kind !== 'map') {
    const list = tree.kind === 'list' ? '; put a list of rows under the key rows' : '';
    page.refuse(
      tree.at,
      `a sweep is a map of keys such as model, rows and axes, not ${shownNode(tree)}${list}.`,
    );
    return null;
  }
  const read = readParts(page, tree, sweepParts);
  const limits = Object.entries(read.limits ?? {}).flatMap(([key, text]): [string, string][] =>
    text === null ? [] : [[key.replaceAll('_', '-'), text]],
  );
  return {
    file: page.file,
    name: read.name,
    model: read.model,
    inputs: read.input ?? [],
    rows: read.rows ?? [],
    map: read.map ?? new Map(),
    defaults: read.defaults ?? [],
    axes: read.axes ?? [],
    link: read.link ?? [],
    exclude: read.exclude ?? [],
    repeat: read.repeat,
    outDir: read.output?.dir ?? null,
    nameTemplate: read.output?.name ?? null,
    limits: new Map(limits),
  };
}
