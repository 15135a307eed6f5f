import type { Exclusion } from '../../core/sweep.ts';
import type { ValueNode } from '../json/value-tree.ts';
import { shown } from '../reading.ts';
import { isNull, type Part, type SweepPage, shownNode, uniqueEntries } from './sweep-page.ts';
import { textPart } from './sweep-scalars.ts';

/** `input`: one path, or a list of them. */
export const inputPart: Part<readonly string[]> = (page, node, name) => {
  if (node.kind !== 'list') {
    const path = textPart(page, node, name);
    return path === null ? null : [path];
  }
  if (node.items.length === 0) page.refuse(node.at, `${name} is an empty list; name a file in it.`);
  return texts(page, node.items, `an item of ${name}`);
};

/** `link`: a list of groups of names; one flat list is one group. */
export const linkPart: Part<readonly (readonly string[])[]> = (page, node, name) => {
  if (node.kind !== 'list') {
    page.refuse(
      node.at,
      `${name} must be a list of lists such as [[seed, style]], but is ${shownNode(node)}.`,
    );
    return null;
  }
  if (node.items.length === 0) return [];
  if (node.items.every(({ kind }) => kind === 'scalar')) return [group(page, node.items, node.at, name)];
  return node.items.map((item) => {
    if (item.kind === 'list') return group(page, item.items, item.at, `a group of ${name}`);
    page.refuse(
      item.at,
      `a group of ${name} must be a list such as [seed, style], but is ${shownNode(item)}.`,
    );
    return [];
  });
};

function group(page: SweepPage, items: readonly ValueNode[], at: number, subject: string): readonly string[] {
  const names = texts(page, items, `a name in ${subject}`);
  if (items.length < 2) page.refuse(at, `${subject} needs at least two axes to link.`);
  else if (new Set(names).size < names.length) page.refuse(at, `${subject} names an axis twice.`);
  return names;
}

function texts(page: SweepPage, items: readonly ValueNode[], subject: string): readonly string[] {
  return items.map((item) => textPart(page, item, subject) ?? '');
}

/** `exclude`: a list of maps such as `{style: anime}`, or of texts such as `style=anime,seed=1`. */
export const excludePart: Part<readonly Exclusion[]> = (page, node, name) => {
  if (node.kind !== 'list') {
    page.refuse(node.at, `${name} must be a list such as [{style: anime}], but is ${shownNode(node)}.`);
    return null;
  }
  return node.items.map((item): Exclusion => {
    const where = exclusionOf(page, item, name);
    const source = [...where].map(([axis, value]) => `${axis}=${value}`).join(',');
    return { where, source, place: page.placeOf(item.at) };
  });
};

function exclusionOf(page: SweepPage, node: ValueNode, name: string): ReadonlyMap<string, string> {
  const where = new Map<string, string>();
  if (node.kind === 'map') {
    if (node.entries.length === 0)
      page.refuse(node.at, `an item of ${name} is empty: it would exclude every job.`);
    for (const { name: axis, value } of uniqueEntries(page, node)) {
      if (value.kind === 'scalar' && !isNull(value)) where.set(axis, String(value.value));
      else page.refuse(value.at, `${shown(axis)} of ${name} must be one value, but is ${shownNode(value)}.`);
    }
    return where;
  }
  const text = node.kind === 'scalar' && typeof node.value === 'string' ? node.value : '';
  if (text.length > maxExclusionLength || !exclusionPattern.test(text)) {
    const wanted = 'a map such as {style: anime}, or a text such as style=anime,seed=1';
    page.refuse(node.at, `an item of ${name} must be ${wanted}, but is ${shownNode(node)}.`);
    return where;
  }
  for (const [, axis = '', quoted, plain = ''] of text.matchAll(pairPattern)) {
    if (where.has(axis.trim()))
      page.refuse(node.at, `${shown(axis.trim())} appears twice in ${shown(text)}.`);
    where.set(axis.trim(), quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"'));
  }
  return where;
}

// A pattern with repeated groups needs the more stack the longer the text is.
const maxExclusionLength = 10_000;

const pair = /\s*([^=,"\s][^=,"]*)=(?:\s*"((?:[^"]|"")*)"\s*|([^,"]*))/.source;
const pairPattern = new RegExp(`${pair}(?:,|$)`, 'gu');
const exclusionPattern = new RegExp(`^${pair}(?:,${pair})*$`, 'u');
