import type { Problem } from '../../core/complaints.ts';
import { canonicalJson, type JsonObject } from '../../core/json.ts';
import { suggestion } from '../../core/nearby.ts';
import type { Exclusion } from '../../core/sweep.ts';
import type { ModelInputs } from '../models/schema.ts';
import { choiceSentence, showName, showValue } from '../models/sentences.ts';
import { unmatchedWarning } from '../notes/plan-warnings.ts';
import { coerceText } from '../rows/coercer.ts';
import { inputNamed, readName } from '../rows/columns.ts';
import { planError } from './arrangement.ts';

/** What exclusions compare of a cell of a grid. `textOf` knows its columns: those of the row and of axes. */
export interface CellValues {
  readonly input: JsonObject;
  readonly textOf: (name: string) => string | null;
}

/** Which cells are left out, and whether each exclusion matched anything. */
export interface Exclusions {
  forModel(inputs: ModelInputs): (cell: CellValues) => boolean;
  /** What was wrong or matched nothing; `names` are those that the plan knew. Only a plan that saw all cells tells what matched nothing. */
  unmet(names: Iterable<string>, allSeen: boolean): readonly Problem[];
}

interface Pair {
  readonly key: string;
  readonly text: string;
  /** Some model or row has it. */
  known: boolean;
  /** Some model takes the value. */
  fits: boolean;
  /** Why the first model that does not take the value refuses it. */
  reason: string | null;
}

interface Rule {
  readonly label: string;
  readonly exclusion: Exclusion;
  readonly pairs: readonly Pair[];
  matched: boolean;
}

type PairTest = (cell: CellValues) => boolean;

export function exclusionsOf(given: readonly Exclusion[]): Exclusions {
  const rules = given.map((exclusion): Rule => {
    const flag = exclusion.place === null ? '--exclude' : 'exclude';
    const { source } = exclusion;
    return {
      label: showName(source.startsWith(flag) ? source : `${flag} ${source}`),
      exclusion,
      pairs: [...exclusion.where].map(([key, text]) => ({
        key,
        text,
        known: false,
        fits: false,
        reason: null,
      })),
      matched: false,
    };
  });
  return {
    forModel(inputs) {
      const tests = rules.map((rule) => ({ rule, tests: rule.pairs.map((pair) => testOf(pair, inputs)) }));
      return (cell) => {
        let left = false;
        for (const { rule, tests: all } of tests) {
          // Each pair is tested, so that it is known which of them ever match.
          const holds = all.map((test) => test(cell)).every((each) => each);
          if (holds && all.length > 0) rule.matched = true;
          left ||= holds && all.length > 0;
        }
        return left;
      };
    },
    unmet(names, allSeen) {
      const known = [...new Set(names)];
      return rules.flatMap((rule) => {
        const errors = rule.pairs.flatMap((pair) => errorOf(pair, rule, known));
        if (errors.length > 0 || rule.matched || !allSeen) return errors;
        return [unmatchedWarning(rule.label, rule.exclusion.place)];
      });
    },
  };
}

function testOf(pair: Pair, inputs: ModelInputs): PairTest {
  const named = readName(pair.key, inputs);
  if (named?.type === 'refused' && inputNamed(inputs, pair.key) === null) {
    pair.known = true;
    pair.reason ??= named.message;
    return () => false;
  }
  const input = inputNamed(inputs, pair.key);
  const field = input === null ? undefined : inputs.fields?.get(input);
  if (input === null || field === undefined) {
    return ({ input: body, textOf }) => {
      const sent = input !== null && Object.hasOwn(body, input) ? body[input] : undefined;
      const text =
        sent === undefined ? textOf(pair.key) : typeof sent === 'string' ? sent : JSON.stringify(sent);
      if (text !== null) {
        pair.known = true;
        pair.fits = true;
      }
      return text === pair.text;
    };
  }
  pair.known = true;
  const read = coerceText(field, pair.text);
  const { choices } = field;
  const refused = read.ok && choices !== null && !choices.includes(read.value);
  const reason = read.ok ? (refused ? choiceSentence(read.value, choices) : null) : read.reason;
  if (!read.ok || reason !== null) {
    pair.reason ??= `${input} ${showValue(pair.text)} ${reason}`;
    return () => false;
  }
  pair.fits = true;
  const wanted = canonicalJson(read.value);
  return ({ input: body }) => {
    const value = Object.hasOwn(body, input) ? body[input] : undefined;
    return value !== undefined && canonicalJson(value) === wanted;
  };
}

function errorOf(pair: Pair, { label, exclusion }: Rule, names: readonly string[]): Problem[] {
  const known = pair.known || names.some((name) => name.toLowerCase() === pair.key.toLowerCase());
  if (!known) {
    const near = suggestion(pair.key, names);
    const meant = near === null ? '' : `; did you mean ${showValue(near)}?`;
    const message = `${label}: there is no input, axis or column ${showValue(pair.key)}${meant}`;
    return [planError('unknown_exclude', exclusion.place, message)];
  }
  if (pair.fits || pair.reason === null) return [];
  return [planError('enum', exclusion.place, `${label}: ${pair.reason}`)];
}
