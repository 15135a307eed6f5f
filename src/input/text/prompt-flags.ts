/** One flag of a line such as `--prompt "a cat" --seed 5`, with where its value starts in the line. */
interface FlagValue {
  readonly name: string;
  readonly text: string;
  readonly at: number;
}

/** What A1111's script "Prompts from file or textbox" reads from a line. */
const knownFlags: ReadonlySet<string> = new Set([
  ...['sd_model', 'outpath_samples', 'outpath_grids', 'prompt_for_display', 'prompt', 'negative_prompt'],
  ...['styles', 'seed', 'subseed_strength', 'subseed', 'seed_resize_from_h', 'seed_resize_from_w'],
  ...['sampler_index', 'sampler_name', 'batch_size', 'n_iter', 'steps', 'cfg_scale', 'width', 'height'],
  ...['restore_faces', 'tiling', 'do_not_save_samples', 'do_not_save_grid'],
]);

/** Whether a line is one of flags: it begins with one that is known. */
export function isFlagLine(text: string): boolean {
  const name = /^\s*--([A-Za-z_]+)(?=[\s=]|$)/.exec(text)?.[1];
  return name !== undefined && knownFlags.has(name.toLowerCase());
}

type FlagLine =
  | { readonly values: readonly FlagValue[] }
  /** A quote that is never closed. */
  | { readonly openQuote: number };

/** Reads the words as a shell does; a flag's value is all up to the next flag. */
export function flagValues(text: string): FlagLine {
  const words = wordsOf(text);
  if ('openQuote' in words) return words;
  const values: FlagValue[] = [];
  let current: { name: string; parts: string[]; at: number } | null = null;
  const close = (): void => {
    if (current !== null) values.push({ name: current.name, text: current.parts.join(' '), at: current.at });
  };
  for (const { text: word, at, isQuoted } of words) {
    const [, name, glued] = (isQuoted ? null : /^--([A-Za-z_]+)(?:=(.*))?$/s.exec(word)) ?? [];
    if (name === undefined) {
      if (current !== null && current.parts.length === 0) current.at = at;
      current?.parts.push(word);
      continue;
    }
    close();
    const start = glued === undefined ? at : at + word.indexOf('=') + 1;
    current = { name: name.toLowerCase(), parts: glued === undefined ? [] : [glued], at: start };
  }
  close();
  return { values };
}

interface Word {
  readonly text: string;
  readonly at: number;
  /** Its first letter is a quote. */
  readonly isQuoted: boolean;
}

function wordsOf(text: string): readonly Word[] | { readonly openQuote: number } {
  const words: Word[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] as string)) {
      at += 1;
      continue;
    }
    const start = at;
    let word = '';
    while (at < text.length && !/\s/.test(text[at] as string)) {
      const letter = text[at] as string;
      // An apostrophe within a word is a letter: `a cat's hat`.
      if (letter === '"' || (letter === "'" && (at === start || text[at - 1] === '='))) {
        const end = closing(text, at);
        if (end === -1) return { openQuote: at };
        word += text.slice(at + 1, end).replace(/\\(["'\\])/g, '$1');
        at = end + 1;
      } else if (letter === '\\' && at + 1 < text.length) {
        word += text[at + 1];
        at += 2;
      } else {
        word += letter;
        at += 1;
      }
    }
    words.push({ text: word, at: start, isQuoted: /["']/.test(text[start] as string) });
  }
  return words;
}

function closing(text: string, open: number): number {
  for (let at = open + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === text[open]) return at;
  }
  return -1;
}
