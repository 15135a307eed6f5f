import type { ViewState } from './app.ts';
import { escapedText, textOf } from './hash-text.ts';

/** What a link to this folder may refer to; anything else in it is dropped. */
export interface Known {
  /** null: there is no such key. */
  labelsOf(key: string): readonly string[] | null;
  isJob(id: string): boolean;
}

export const cellWidths = { min: 72, max: 640 } as const;
export const maxCompared = 4;

const axisNames = { x: 'x', y: 'y', superX: 'sx', superY: 'sy' } as const;
type Axis = keyof typeof axisNames;
const axes = Object.keys(axisNames) as Axis[];
const modes = ['grid', 'wall', 'report'] as const;
const orders = ['newest', 'prompt', 'plan'] as const;

/** The view as a URL hash, without `#`: only what differs from the defaults, so that links stay short. */
export function hashOf(view: ViewState, defaults: ViewState, known: Known): string {
  const parts: string[] = [];
  const add = (name: string, value: string): number => parts.push(`${name}=${escapedText(value)}`);
  if (view.mode !== defaults.mode) add('view', view.mode);
  // All axes or none: the defaults may change when the folder gets more jobs.
  if (axes.some((axis) => view[axis] !== defaults[axis])) {
    const chosen = axes.filter((axis) => view[axis] !== null);
    for (const axis of chosen) add(axisNames[axis], view[axis] as string);
    if (chosen.length === 0) add('none', 'axes');
  }
  for (const [key, hidden] of Object.entries(view.hidden)) {
    if (hidden.length === 0) continue;
    const hiddenLabels = new Set(hidden);
    const labels = known.labelsOf(key) ?? [];
    const kept = labels.filter((label) => !hiddenLabels.has(label));
    // Shorter, and a value that is added later stays hidden if the user chose to show one value only.
    const isShorterByKept =
      kept.length < hiddenLabels.size && labels.length === hiddenLabels.size + kept.length;
    add('key', key);
    for (const label of isShorterByKept ? kept : hiddenLabels) add(isShorterByKept ? 'only' : 'not', label);
    if (isShorterByKept && kept.length === 0) add('without', 'all');
  }
  if (view.search !== '') add('q', view.search);
  if (view.starredOnly) add('starred', '1');
  if (view.wallOrder !== defaults.wallOrder) add('order', view.wallOrder);
  if (view.cellWidth !== defaults.cellWidth) add('size', String(view.cellWidth));
  if (view.open !== null) add('open', view.open);
  if (view.file > 0) add('file', String(view.file));
  for (const job of view.compared) add('beside', job);
  if (view.isComparing) add('compare', '1');
  return parts.join('&');
}

/** The inverse of `hashOf`. Whatever the hash does not set, or names wrongly, keeps its default. */
export function viewOf(hash: string, defaults: ViewState, known: Known): ViewState {
  const pairs = hash
    .replace(/^#/, '')
    .split('&')
    .map((part): readonly [string, string] => {
      const cut = part.indexOf('=');
      return cut < 0 ? [part, ''] : [part.slice(0, cut), textOf(part.slice(cut + 1))];
    });
  const last = (name: string): string | null => pairs.findLast(([key]) => key === name)?.[1] ?? null;
  const all = (name: string): string[] => pairs.flatMap(([key, value]) => (key === name ? [value] : []));
  const chosen = new Map<Axis, string>();
  for (const axis of axes) {
    const key = last(axisNames[axis]);
    if (key !== null && known.labelsOf(key) !== null) chosen.set(axis, key);
  }
  const isChosen = chosen.size > 0 || last('none') !== null;
  const axis = (name: Axis): string | null => (isChosen ? (chosen.get(name) ?? null) : defaults[name]);
  const open = last('open');
  const jobs = [...new Set(all('beside'))].filter(known.isJob).slice(0, maxCompared);
  return {
    mode: oneOf(modes, last('view')) ?? defaults.mode,
    x: axis('x'),
    y: axis('y'),
    superX: axis('superX'),
    superY: axis('superY'),
    hidden: hiddenIn(pairs, known),
    search: last('q') ?? '',
    starredOnly: last('starred') === '1',
    wallOrder: oneOf(orders, last('order')) ?? defaults.wallOrder,
    cellWidth: wholeNumber(last('size'), cellWidths.min, cellWidths.max) ?? defaults.cellWidth,
    open: open !== null && known.isJob(open) ? open : null,
    file: wholeNumber(last('file'), 0, 9_999) ?? 0,
    compared: jobs,
    isComparing: jobs.length > 0 && last('compare') === '1',
  };
}

/** After `key` come those of its values that are hidden (`not`) or the only ones shown (`only`). */
function hiddenIn(pairs: readonly (readonly [string, string])[], known: Known): ViewState['hidden'] {
  const hidden = new Map<string, Set<string>>();
  const only = new Map<string, Set<string>>();
  let key: string | null = null;
  for (const [name, value] of pairs) {
    if (name === 'key') key = known.labelsOf(value) === null ? null : value;
    if (key === null || (name !== 'not' && name !== 'only' && name !== 'without')) continue;
    const sets = name === 'not' ? hidden : only;
    const set = sets.get(key) ?? new Set<string>();
    sets.set(key, name === 'without' ? set : set.add(value));
  }
  for (const [each, kept] of only) {
    const gone = (known.labelsOf(each) ?? []).filter((label) => !kept.has(label));
    hidden.set(each, new Set([...(hidden.get(each) ?? []), ...gone]));
  }
  return Object.fromEntries([...hidden].map(([each, values]) => [each, [...values]]));
}

function oneOf<T extends string>(words: readonly T[], word: string | null): T | null {
  return words.find((each) => each === word) ?? null;
}

function wholeNumber(text: string | null, min: number, max: number): number | null {
  if (text === null || !/^\d{1,4}$/.test(text)) return null;
  return Math.min(Math.max(Number(text), min), max);
}
