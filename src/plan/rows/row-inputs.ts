import { isTemplate } from '../cells/templates.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { type RowWildcards, rowWildcards } from '../wildcards/row-wildcards.ts';
import { type Given, type Layer, layerOf, rawValue } from './body.ts';
import type { RowReading } from './row-reading.ts';
import { sentLayer } from './sent-layer.ts';

/** What a row says about the inputs of one model, whichever cell of its grid is made. */
export interface RowInputs {
  /** The values that are the same in every cell. */
  readonly own: Layer;
  /** Its templates, which each cell fills in: by input. */
  readonly late: ReadonlyMap<string, Given>;
  /** The wildcards of its texts, as axes. */
  readonly wild: RowWildcards;
  /** Defaults with wildcards that apply, since the row leaves their inputs open. */
  readonly wildDefaults: ReadonlyMap<string, Given>;
  /** The row itself says something about this input, right or wrong. */
  isOwn(name: string): boolean;
  /** Neither the row nor an axis says anything about this input, so its default applies. */
  isOpen(name: string): boolean;
}

/** `given` are the row's cells by the inputs that they are for. */
export function rowInputs(
  reading: RowReading,
  given: ReadonlyMap<string, Given>,
  model: PreparedModel,
  finder: FileFinder,
): RowInputs {
  const { inputs, rules } = model;
  const { axes } = model.axes;
  const sent = reading.row?.sent ?? null;
  // What an earlier job sent gives way to the axes that vary it.
  const kept =
    sent === null ? given : new Map([...given].filter(([name]) => !axes.some((axis) => axis.name === name)));
  const wild = rowWildcards(reading, kept, model);
  const isLate = ({ cell }: Given): boolean => sent === null && !rules.literal && isTemplate(rawValue(cell));
  const { late, fixed } = parted(wild.given, isLate);
  const own = sent === null ? layerOf(inputs, fixed, finder, rules) : sentLayer(inputs, fixed, sent, finder);
  const isOwn = (name: string): boolean => own.values.has(name) || own.broken.has(name) || late.has(name);
  const isOpen = (name: string): boolean =>
    !isOwn(name) && !axes.some((axis) => axis.role === 'input' && axis.name === name);
  return { own, late, wild, wildDefaults: wild.ofDefaults(isOpen), isOwn, isOpen };
}

const noTemplates: ReadonlyMap<string, Given> = new Map();

/** Templates apart from what is the same in every cell; most rows have none. */
function parted(
  given: ReadonlyMap<string, Given>,
  isLate: (each: Given) => boolean,
): { readonly late: ReadonlyMap<string, Given>; readonly fixed: ReadonlyMap<string, Given> } {
  let late: Map<string, Given> | null = null;
  for (const [name, each] of given) {
    if (!isLate(each)) continue;
    late ??= new Map();
    late.set(name, each);
  }
  if (late === null) return { late: noTemplates, fixed: given };
  return { late, fixed: new Map([...given].filter(([, each]) => !isLate(each))) };
}
