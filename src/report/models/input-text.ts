import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { valueText } from '../terminal/json-wording.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { padText, textWidth, wrapText } from '../terminal/text-width.ts';

/** One input of a model, as its help shows it. */
export interface InputHelp {
  readonly name: string;
  /** In the words of JSON Schema, such as `integer` or `string or null`; empty: anything. */
  readonly type: string;
  /** The allowed values; null: not listed. */
  readonly choices: readonly JsonValue[] | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  /** What the model uses where nothing is given; null: the schema does not say. */
  readonly default: JsonValue;
  readonly required: boolean;
  readonly description: string | null;
  /** Such as `image_uri`; null: none. */
  readonly format: string | null;
}

const maxNameWidth = 24;

/** Required inputs first; each with its type and limits, its default, and what it is for. */
export function inputLines(
  inputs: readonly InputHelp[],
  terminal: Terminal,
  columns: number,
): readonly string[] {
  const names = Math.min(maxNameWidth, Math.max(...inputs.map(({ name }) => textWidth(plainText(name)))));
  const room = Math.max(20, columns - names - 4);
  const sorted = [
    ...inputs.filter(({ required }) => required),
    ...inputs.filter(({ required }) => !required),
  ];
  return sorted.flatMap((input) => {
    const facts = wrapText(factsOf(input), room);
    const prose = input.description === null ? [] : wrapText(plainText(input.description.trim()), room);
    const lines = [...facts, ...prose.map((line) => toned(terminal, 'dim', line))].filter(
      (line) => line !== '',
    );
    const name = plainText(input.name);
    const label = `  ${toned(terminal, 'cyan', name)}${' '.repeat(Math.max(0, names - textWidth(name)))}`;
    // A name that is too long for its column gets its own line.
    const head = textWidth(name) > names ? [label] : [`${label}  ${lines.shift() ?? ''}`.trimEnd()];
    return [...head, ...lines.map((line) => `  ${padText('', names)}  ${line}`), ''];
  });
}

const mediaWords = { image: 'an image', video: 'a video', audio: 'an audio file' } as const;

/** `required, integer from 0 to 10, default 4` */
function factsOf(input: InputHelp): string {
  const facts = [
    ...(input.required ? ['required'] : []),
    kindOf(input),
    ...(input.default === null ? [] : [`default ${valueText(input.default, 60)}`]),
  ];
  return facts.filter((fact) => fact !== '').join(', ');
}

function kindOf({ type, choices, minimum, maximum, format }: InputHelp): string {
  const media = /^(image|video|audio)_uri(s?)$/.exec(format ?? '');
  if (media !== null) {
    const noun = mediaWords[media[1] as keyof typeof mediaWords];
    return media[2] === 's' ? `https links, each to ${noun}` : `https link to ${noun}, or @FILE`;
  }
  if (choices !== null) return `one of ${choices.map((choice) => valueText(choice, 60)).join(', ')}`;
  const word = plainText(type) || 'any value';
  const limits = limitsText(minimum, maximum);
  const form = format === null ? '' : ` (${plainText(format)})`;
  return `${word}${limits === '' ? '' : ` ${limits}`}${form}`;
}

function limitsText(minimum: number | null, maximum: number | null): string {
  if (minimum !== null && maximum !== null)
    return `from ${canonicalJson(minimum)} to ${canonicalJson(maximum)}`;
  if (minimum !== null) return `of at least ${canonicalJson(minimum)}`;
  return maximum === null ? '' : `of at most ${canonicalJson(maximum)}`;
}
