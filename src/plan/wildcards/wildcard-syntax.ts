/** What is wrong with a wildcard: `fault` ends a sentence about what is written. */
export interface WildcardFault {
  readonly fault: string;
  readonly written: string;
}

/** One part of a text: plain text, or what is to be chosen. */
export type WildcardPart =
  | { readonly kind: 'text'; readonly text: string }
  /** `{red|blue}`: the options as written. */
  | { readonly kind: 'options'; readonly options: readonly string[]; readonly written: string }
  /** `__colour__`: a line of `wildcards/colour.txt`. */
  | { readonly kind: 'file'; readonly name: string };

// Two underscores at either end of a non-blank text; whether it can be a file is decided where files are looked for.
const fileName = /__((?![\s_])(?:(?!__)[^\n{}|]){1,100}?)(?<!\s)__/uy;

/** The first wildcard in a text as it is written; null: there is none. */
export function holdsWildcard(text: string): string | null {
  if (!text.includes('{') && !text.includes('__')) return null;
  const parts = wildcardParts(text);
  if ('fault' in parts) return parts.written;
  const first = parts.find(({ kind }) => kind !== 'text');
  if (first === undefined || first.kind === 'text') return null;
  return first.kind === 'file' ? `__${first.name}__` : first.written;
}

/**
 * Cuts a text at its wildcards. `{{column}}` and braces without a bar are text, and so is what follows a backslash.
 */
export function wildcardParts(text: string): readonly WildcardPart[] | WildcardFault {
  const parts: WildcardPart[] = [];
  const closings = closingBraces(text);
  let plain = '';
  const push = (part: WildcardPart): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
    parts.push(part);
  };
  for (let at = 0; at < text.length; ) {
    if (text[at] === '\\' && /[{}|_]/.test(text[at + 1] ?? '')) {
      // The backslash before `{{` is the template's, which comes later.
      const isTemplates = text.startsWith('{{', at + 1);
      plain = isTemplates ? plain + text.slice(at, at + 3) : withPlain(plain, text[at + 1] as string);
      at += isTemplates ? 3 : 2;
      continue;
    }
    if (text.startsWith('{{', at)) {
      const end = text.indexOf('}}', at);
      const stop = end === -1 ? at + 2 : end + 2;
      plain += text.slice(at, stop);
      at = stop;
      continue;
    }
    fileName.lastIndex = at;
    const file = text[at] === '_' ? fileName.exec(text) : null;
    if (file !== null) {
      push({ kind: 'file', name: file[1] as string });
      at += file[0].length;
      continue;
    }
    const end = closings.get(at);
    if (end !== undefined) {
      const written = text.slice(at, end + 1);
      const options = cutOptions(pickedOnce(text.slice(at + 1, end)));
      if (options.length > 1) {
        if (/^\s*\d*-?\d*\$\$/.test(options[0] as string)) {
          const fault =
            'picks several options at once, but --wildcards makes a job of each one; write the combinations out';
          return { fault, written };
        }
        push({ kind: 'options', options, written });
        at = end + 1;
        continue;
      }
    }
    plain += text[at];
    at += 1;
  }
  if (plain !== '') parts.push({ kind: 'text', text: plain });
  return parts;
}

/** Where each brace that is closed opens and closes, found in one go: a text may be nothing but braces. */
function closingBraces(text: string): ReadonlyMap<number, number> {
  const closings = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '{') open.push(at);
    else if (text[at] === '}') {
      const start = open.pop();
      if (start !== undefined) closings.set(start, at);
    }
  }
  return closings;
}

function cutOptions(inner: string): readonly string[] {
  const options: string[] = [];
  let [depth, from] = [0, 0];
  for (let at = 0; at < inner.length; at += 1) {
    if (inner[at] === '\\') at += 1;
    else if (inner[at] === '{') depth += 1;
    else if (inner[at] === '}') depth -= 1;
    else if (inner[at] === '|' && depth === 0) {
      options.push(inner.slice(from, at));
      from = at + 1;
    }
  }
  return [...options, inner.slice(from)];
}

/** An escaped brace that would stand beside another one stays escaped, so that they do not become a placeholder. */
function withPlain(before: string, letter: string): string {
  return letter === '{' && before.endsWith('{') && !before.endsWith('{{')
    ? `${before.slice(0, -1)}\\{{`
    : before + letter;
}

/** `{1$$a|b}` picks one of them, as `{a|b}` does. */
function pickedOnce(inner: string): string {
  return inner.replace(/^\s*(?:1|1-1)\$\$(?:[^|{}$]*\$\$)?/, '');
}

/** `2::red` is red: each option is made once, however likely it is elsewhere. */
export function withoutWeight(option: string): string {
  return option.replace(/^\s*\d+(?:\.\d+)?::/, '');
}
