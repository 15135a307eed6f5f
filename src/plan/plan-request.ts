import type { Model } from '../core/models.ts';
import type { Provider } from '../core/provider.ts';
import type { AxisSource, DefaultValue, Exclusion, PlanOrder } from '../core/sweep.ts';
import type { Conventions } from './conventions.ts';
import type { FileFinder } from './media/media-files.ts';
import type { DeclaredRenames } from './rows/columns.ts';

export interface PlanRequest {
  readonly provider: Pick<Provider, 'nameInJobIds' | 'builtIn'>;
  readonly defaultModel: string;
  /** It was given by a flag, which takes precedence over the rows. */
  readonly modelIsForced: boolean;
  /** The words of the command line (without a place), then the axes of the sweep. A word replaces an axis of its name. */
  readonly axes: readonly AxisSource[];
  readonly defaults: readonly DefaultValue[];
  /** `--map Prompt=prompt`: column to name. */
  readonly renames: ReadonlyMap<string, string>;
  /** Those of them that are not the command line's; none by default. */
  readonly declared?: DeclaredRenames | undefined;
  readonly nameTemplate: string;
  /** There are neither inputs nor rows of a sweep, so the axes alone make jobs. An input without rows does not count. */
  readonly wordsAlone: boolean;
  readonly seeds: number | null;
  /** Scattered seeds instead of 1 to N. */
  readonly scattersSeeds: boolean;
  /** `{a|b}` and `__name__` in texts are axes. */
  readonly wildcards: boolean;
  /** Texts are neither templates nor file names. */
  readonly literal: boolean;
  readonly conventions: Conventions;
  /** At least 1. */
  readonly repeat: number;
  readonly link: readonly (readonly string[])[];
  readonly exclude: readonly Exclusion[];
  readonly order: PlanOrder;
  readonly files: FileFinder;
  /** Larger plans are refused before their jobs are made. */
  readonly maxJobs: number;
  /** Only the first N jobs are wanted, by rank and arrival, so no more need to be made. null: all. */
  readonly limit: number | null;
  /** What another provider is called whose model this is; null: it may be this one's. */
  readonly otherOwner?: ((id: string) => string | null) | undefined;
  /** The id under which another provider may have such a model; null: none. */
  readonly idElsewhere?: ((id: string) => string | null) | undefined;
  /** null: there is no such model. Asked once for each id. */
  modelOf(id: string): Promise<Model | null>;
  /** What an unknown id may be a misspelling of; none by default. */
  readonly modelIds?: (() => Promise<readonly string[]>) | undefined;
}
