/** A place in a text list: lines count from 1, `at` counts UTF-16 units of the line from 0. */
interface Spot {
  readonly line: number;
  readonly at: number;
}

/** One value that a text list gives to a row, and where it stands. */
export interface Told {
  readonly name: string;
  readonly text: string;
  readonly spot: Spot;
}

/** The lines of one image's parameters, as A1111 and its like write them under a picture. */
interface InfoBlock {
  readonly lines: readonly { readonly number: number; readonly text: string }[];
}

const pair = /\s*"?([A-Za-z][\w /-]{0,60}?)"?:\s*("(?:[^"\\]|\\.)*"|\{[^{}]*\}|[^,]*)(?:,|$)/y;
const telling = /^(steps|seed|sampler|cfg scale|size|model|model hash|schedule type|version)$/i;
const minPairs = 3;

/** The parameters that a line holds; null: it is not a line of parameters. */
export function parametersIn(text: string): readonly { name: string; value: string; at: number }[] | null {
  if (!/:\s/.test(text) || !/(^|,)\s*(steps|seed)\s*:\s*-?\d/i.test(text)) return null;
  const found: { name: string; value: string; at: number }[] = [];
  for (let from = 0; from < text.length; ) {
    pair.lastIndex = from;
    const [whole, name = '', value = ''] = pair.exec(text) ?? [];
    if (whole === undefined) {
      if (text.slice(from).trim() === '') break;
      return null;
    }
    const end = from + whole.length - (whole.endsWith(',') ? 1 : 0);
    found.push({ name, value: unquoted(value.trim()), at: end - value.length });
    from += whole.length;
  }
  const known = found.filter(({ name }) => telling.test(name)).length;
  const isOpened = /^\s*steps\s*:/i.test(text);
  return known >= 2 && (isOpened || found.length >= minPairs) ? found : null;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? parsed : value;
  } catch {
    return value;
  }
}

const negative = /^\s*negative prompt:\s?/i;

/** Whether a line opens a negative prompt. */
export function opensNegative(text: string): boolean {
  return negative.test(text);
}

/**
 * What the lines of one picture tell: `prompt`, `negative_prompt` and `seed`, and each other parameter under its own
 * name; but the checkpoint as `Model name`, since `model` is the model that a row is for.
 */
export function toldIn({ lines }: InfoBlock): readonly Told[] {
  const told: Told[] = [];
  const [positive, rest] = splitAt(lines, ({ text }) => opensNegative(text));
  const last = lines.at(-1);
  const parameters = last === undefined ? null : parametersIn(last.text);
  const texts = (part: InfoBlock['lines']) =>
    parameters === null ? part : part.filter((each) => each !== last);
  const push = (name: string, part: InfoBlock['lines'], cut: RegExp): void => {
    const [first] = part;
    if (first === undefined) return;
    const start = cut.exec(first.text)?.[0].length ?? 0;
    const text = part
      .map((each, index) => (index === 0 ? each.text.slice(start) : each.text))
      .join('\n')
      .trim();
    const blanks = first.text.slice(start).search(/\S/);
    if (text !== '') told.push({ name, text, spot: { line: first.number, at: start + Math.max(0, blanks) } });
  };
  push('prompt', texts(positive), /^/);
  push('negative_prompt', texts(rest), negative);
  const taken = new Set(told.map(({ name }) => name));
  for (const { name, value, at } of parameters ?? []) {
    const own = ownName(name);
    if (value === '' || taken.has(own.toLowerCase())) continue;
    taken.add(own.toLowerCase());
    told.push({ name: own, text: value, spot: { line: last?.number ?? 0, at } });
  }
  return told;
}

function ownName(name: string): string {
  const lower = name.toLowerCase();
  if (lower === 'model') return 'Model name';
  if (lower === 'id') return 'Id of the picture';
  return lower === 'seed' ? 'seed' : name;
}

function splitAt<T>(all: readonly T[], opens: (each: T) => boolean): readonly [readonly T[], readonly T[]] {
  const at = all.findIndex(opens);
  return at === -1 ? [all, []] : [all.slice(0, at), all.slice(at)];
}
