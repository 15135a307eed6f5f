import type { Cell, Row } from '../../core/row.ts';
import type { AxisSource, DefaultValue } from '../../core/sweep.ts';
import { type MapNode, plainValue, type ValueNode } from '../json/value-tree.ts';
import { shown } from '../reading.ts';
import { isNull, type Part, type SweepPage, shownNode, uniqueEntries } from './sweep-page.ts';
import { textPart } from './sweep-scalars.ts';

/** `rows`: a list of maps, each a row with typed cells. */
export const rowsPart: Part<readonly Row[]> = (page, node, name) => {
  if (node.kind !== 'list') {
    page.refuse(node.at, `${name} must be a list such as [{prompt: a cat}], but is ${shownNode(node)}.`);
    return null;
  }
  if (node.items.length === 0)
    page.refuse(node.at, `${name} is an empty list; write a row, or remove the key.`);
  return node.items.flatMap((item) => {
    if (item.kind === 'map') return [rowOf(page, item)];
    page.refuse(
      item.at,
      `an item of ${name} must be a map such as {prompt: a cat}, but is ${shownNode(item)}.`,
    );
    return [];
  });
};

function rowOf(page: SweepPage, node: MapNode): Row {
  const { file } = page;
  const { line } = page.placeOf(node.at);
  const entries = uniqueEntries(page, node);
  return {
    file,
    line,
    cells: new Map(cells(entries)),
    placeOf: (name) => {
      const found = entries.find((entry) => entry.name === name);
      return found === undefined ? { file, line, column: null } : page.placeOf(found.value.at);
    },
  };
}

/** `defaults`: a map of values. */
export const defaultsPart: Part<readonly DefaultValue[]> = (page, node, name) => {
  if (node.kind !== 'map') {
    page.refuse(node.at, `${name} must be a map such as {expand_prompt: false}, but is ${shownNode(node)}.`);
    return null;
  }
  const entries = uniqueEntries(page, node);
  const places = new Map(entries.map(({ name: input, value }) => [input, value.at]));
  return cells(entries).map(([input, cell]): DefaultValue => {
    const at = places.get(input) as number;
    return { name: input, cell, place: page.placeOf(at) };
  });
};

/** `map`: a map from names of columns and axes to the inputs that they stand for. */
export const namesPart: Part<ReadonlyMap<string, string>> = (page, node, name) => {
  if (node.kind !== 'map') {
    page.refuse(node.at, `${name} must be a map such as {Prompt: prompt}, but is ${shownNode(node)}.`);
    return null;
  }
  const entries = uniqueEntries(page, node).map(({ name: called, value }): [string, string] => [
    called,
    textPart(page, value, `${shown(called)} of ${name}`) ?? '',
  ]);
  return new Map(entries);
};

/** Typed cells, without the empty ones: they mean 'not given'. */
function cells(entries: MapNode['entries']): readonly (readonly [string, Cell])[] {
  return entries
    .filter(({ value }) => !isNull(value))
    .map(({ name, value }) => [name, { kind: 'typed', value: plainValue(value) }]);
}

/** `axes`: a map of texts in the axis grammar, of single values and of lists. */
export const axesPart: Part<readonly AxisSource[]> = (page, node, name) => {
  if (node.kind !== 'map') {
    page.refuse(node.at, `${name} must be a map such as {seed: 1-4}, but is ${shownNode(node)}.`);
    return null;
  }
  return uniqueEntries(page, node).flatMap(({ name: axis, value }) => axisOf(page, axis, value) ?? []);
};

function axisOf(page: SweepPage, name: string, node: ValueNode): AxisSource | null {
  const place = page.placeOf(node.at);
  if (node.kind === 'scalar' && typeof node.value === 'string') {
    return { name, given: { kind: 'text', text: node.value }, source: `${name}=${node.value}`, place };
  }
  const items = node.kind === 'list' ? node.items : [node];
  const wrong = axisFault(name, node, items);
  if (wrong !== null) {
    page.refuse(wrong.at, wrong.message);
    return null;
  }
  const values = items.map(plainValue);
  const written = values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return { name, given: { kind: 'list', values }, source: `${name}=${written.join(',')}`, place };
}

function axisFault(
  name: string,
  node: ValueNode,
  items: readonly ValueNode[],
): { readonly at: number; readonly message: string } | null {
  const axis = `the axis ${shown(name)}`;
  if (node.kind === 'map') return { at: node.at, message: `${axis} must be a text or a list, but is a map.` };
  if (isNull(node) || items.length === 0) return { at: node.at, message: `${axis} has no value.` };
  const empty = items.find(isNull);
  return empty === undefined ? null : { at: empty.at, message: `a value of ${axis} is empty.` };
}
