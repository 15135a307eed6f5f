import type { Readable } from 'node:stream';
import type { Shard } from '../core/job/shard.ts';
import type { JsonObject } from '../core/json.ts';
import type { AxisSource, PlanOrder } from '../core/sweep.ts';

/** What is left of a plan once it is made. */
export interface Selection {
  readonly sample: number | null;
  readonly shuffle: boolean;
  readonly limit: number | null;
}

/** Choices that a sweep may make; null: as the program has it. */
interface UsualChoice {
  readonly model: string | null;
  /** The run folder; `{input}` in it stands for the name of the input. */
  readonly out: string | null;
  readonly name: string | null;
  /** Gives way to seeds that are an axis. */
  readonly seeds: number | null;
  readonly repeat: number | null;
}

/** What is to be generated, as the user says it. Nothing has been read yet. */
export interface BatchRequest {
  /** Inputs (files, folders, patterns, links, `-`) and `input=values`, in any order. */
  readonly words: readonly string[];
  /** Rows that no file holds, each an object of inputs; null: there are none. */
  readonly rows: AsyncIterable<JsonObject> | Iterable<JsonObject> | null;
  /** Axes besides those of the words. */
  readonly axes: readonly AxisSource[];
  /** What `-` stands for. */
  stdin(): Readable;
  /** Files whose recipes are rows. */
  readonly from: readonly string[];
  /** The run folder; null: `out/<input name>`. */
  readonly out: string | null;
  /** Against the built-in simulator, in a folder of its own. */
  readonly rehearse: boolean;
  /** For every row; null: each row's own, or the usual one. */
  readonly model: string | null;
  /** By column: the input that it is. */
  readonly renames: ReadonlyMap<string, string>;
  /** The template of file names; null: the usual one. */
  readonly name: string | null;
  readonly seeds: number | null;
  /** Scattered seeds instead of 1 to N. */
  readonly scattersSeeds: boolean;
  /** `{a|b}` and `__name__` in texts are axes. */
  readonly wildcards: boolean;
  /** Texts are neither templates nor file names. */
  readonly literal: boolean;
  readonly repeat: number | null;
  /** Lists of axes that advance together: `style,seed`. */
  readonly link: readonly string[];
  /** Cells to leave out: `style=anime,aspect_ratio=16:9`. */
  readonly exclude: readonly string[];
  readonly order: PlanOrder;
  readonly selection: Selection;
  /** The part of the plan that is wanted; absent, or null: all of it. */
  readonly shard?: Shard | null;
  readonly keepDuplicates: boolean;
  readonly schemaFile: string | null;
  /** The workflow of the deployment, in place of a schema; absent: none. */
  readonly workflowFile?: string | null;
  /** Rows with mistakes are left out instead of refusing all. */
  readonly skipInvalid: boolean;
  readonly format: string | null;
  readonly encoding: string | null;
  /** Lists behind links are fetched again. */
  readonly refresh: boolean;
  /** Links that jobs send are checked first. */
  readonly checkUrls: boolean;
  /** What holds where neither the request nor a sweep says otherwise. */
  readonly usual: UsualChoice;
  /** The plan may have any number of jobs. */
  readonly unbounded: boolean;
}
