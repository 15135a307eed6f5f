import { type Context, createContext, Script } from 'node:vm';

/** What ajv asks of a regular expression. */
interface BoundedPattern {
  /** Whether a text matches, or cannot be matched within the bounds: then the server decides. */
  test(text: string): boolean;
  toString(): string;
}

const maxMatchedTextLength = 10_000;
// A sound pattern takes microseconds; the rest is for a machine that is busy elsewhere.
const maxMatchMs = 250;
const maxSteps = 1_000_000;
const maxBranches = 12;

/**
 * Patterns from one catalogue entry, which can be slow on purpose or by accident: together they cost at most a few
 * hundred milliseconds beyond what sound ones take. The first that is too slow ends the checking of all doubtful ones.
 */
export function boundedPatterns(): (source: string, flags: string) => BoundedPattern {
  const watch = watchdog();
  return (source, flags) => {
    const pattern = new RegExp(source, flags);
    const choices = choicesIn(source);
    return {
      test(text) {
        if (text.length > maxMatchedTextLength) return true;
        if (choices !== null && (text.length + 1) ** (choices + 1) <= maxSteps) return pattern.test(text);
        return watch(pattern, text);
      },
      // ajv tells patterns apart by this.
      toString: () => String(pattern),
    };
  };
}

/**
 * In how many places a match may go more than one way, so that it takes at most the text's length to that power of
 * steps, from each start; null: unknown.
 */
function choicesIn(source: string): number | null {
  if (/\\(?:[1-9]|k)/.test(source)) return null;
  const bare = source
    .replace(/\\./gs, 'x')
    .replace(/\[[^\]]*\]/g, 'x')
    .replace(/\(\?(?:<?[=!]|:|<\w+>)/g, '(');
  if (/[[\]]|\(\?|\)[*+?{]/.test(bare)) return null;
  if (bare.split('|').length > maxBranches) return null;
  // `{3}` goes one way alone, but as many steps as it says.
  return bare.match(/[*+?{]/g)?.length ?? 0;
}

/** Matches under a time limit, which V8 keeps inside a match too. */
function watchdog(): (pattern: RegExp, text: string) => boolean {
  const script = new Script('pattern.test(text)');
  let context: Context | null = null;
  let gaveUp = false;
  return (pattern, text) => {
    if (gaveUp) return true;
    context ??= createContext({});
    Object.assign(context, { pattern, text });
    try {
      return script.runInContext(context, { timeout: maxMatchMs }) as boolean;
    } catch {
      gaveUp = true;
      return true;
    }
  };
}
