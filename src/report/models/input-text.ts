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
  /** What an input of a workflow is called there; absent: its name is all. */
  readonly place?: InputPlace;
}

interface InputPlace {
  /** `Positive prompt · text` */
  readonly title: string;
  /** Names that may stand in the place of its own, each perhaps that of another input as well. */
  readonly names: readonly string[];
  /** It takes what another node makes. */
  readonly isLinked: boolean;
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
  const rank = ({ required, place }: InputHelp): number => (required ? 0 : place?.isLinked === true ? 2 : 1);
  const sorted = inputs.toSorted((a, b) => rank(a) - rank(b));
  const uses = new Map<string, number>();
  for (const name of inputs.flatMap(({ place }) => place?.names ?? []))
    uses.set(name, (uses.get(name) ?? 0) + 1);
  return sorted.flatMap((input) => {
    const facts = wrapText(factsOf(input), room);
    const said = input.description === null ? [] : wrapText(plainText(input.description.trim()), room);
    const prose = [...placeLines(input, uses).flatMap((line) => wrapText(plainText(line), room)), ...said];
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

/** Where an input of a workflow stands, and by which other names it alone can be set. */
function placeLines({ place }: InputHelp, uses: ReadonlyMap<string, number>): readonly string[] {
  if (place === undefined) return [];
  const own = place.names.filter((name) => uses.get(name) === 1);
  if (own.length === 0) return [place.title];
  // The first name is the title with a dot.
  return own[0] === place.names[0] ? [`also ${own.join(', ')}`] : [place.title, `also ${own.join(', ')}`];
}

const mediaWords = { image: 'an image', video: 'a video', audio: 'an audio file' } as const;

/** `required, integer from 0 to 10, default 4` */
function factsOf(input: InputHelp): string {
  if (input.place?.isLinked === true) return `linked; set it as ${plainText(input.name)}!`;
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
