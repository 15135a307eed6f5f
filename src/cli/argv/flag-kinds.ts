import type { Options } from 'yargs';

/** The headings under which `rcb COMMAND --help` lists flags, in this order. */
export const flagGroups = [
  'Input',
  'Grid',
  'Money',
  'Speed',
  'Output',
  'Account',
  'Options',
  'Limits',
  'Answers',
  'Deployments',
] as const;
type FlagGroup = (typeof flagGroups)[number];

/** A flag as yargs reads it, with what the help and the completion say of it. */
export interface Flag extends Options {
  readonly describe: string;
  /** What stands for its value, such as `N` or `FILE`. */
  readonly value?: string;
  /** What holds where it is not given, shown in brackets. */
  readonly usual?: string;
  /** Left out: `Options`. */
  readonly group?: FlagGroup;
  /** Only `--help-all` lists it. */
  readonly rare?: true;
  /** The words that it takes, for the completion. */
  readonly words?: readonly string[];
  /** Of a flag without a value: what may follow it after an equals sign all the same. `argv.ts` reads over it. */
  readonly forms?: readonly string[];
}

export type FlagTable = Readonly<Record<string, Flag>>;

type More = Partial<Omit<Flag, 'describe' | 'value'>>;

/** The last of a flag given twice counts, except where a list is meant. */
export const text = (value: string, describe: string, more: More = {}): Flag => ({
  type: 'string',
  requiresArg: true,
  value,
  describe,
  ...more,
});
export const list = (value: string, describe: string, more: More = {}): Flag => ({
  ...text(value, describe, more),
  array: true,
});
export const truth = (describe: string, more: More = {}): Flag => ({ type: 'boolean', describe, ...more });

/** `--no-NAME`: yargs takes it as a false NAME, which help and completion therefore leave out. */
export const refusal = <Name extends string>(name: Name, describe: string, more: More) =>
  ({
    [`no-${name}`]: truth(describe, more),
    [name]: { type: 'boolean', hidden: true, describe },
  }) as Record<Name | `no-${Name}`, Flag>;
