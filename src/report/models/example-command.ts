import type { JsonValue } from '../../core/json.ts';
import { plainText } from '../terminal/terminal.ts';
import type { InputHelp } from './input-text.ts';

const maxWords = 3;

/**
 * A command to copy: the inputs that the model requires, and one or two to play with. `defaultModel` need not be named.
 */
export function exampleCommand(modelId: string, inputs: readonly InputHelp[], defaultModel: string): string {
  const required = inputs.filter((input) => input.required);
  const interesting = inputs.filter(
    (input) => !input.required && (input.choices !== null || /(^|[._])seed$/.test(input.name)),
  );
  const text = required.length > 0 ? undefined : inputs.find(isPromptOfWorkflow);
  const shown = [
    ...required,
    ...(text === undefined ? [] : [text]),
    ...interesting.slice(0, Math.max(0, maxWords - required.length)),
  ];
  const words = shown.flatMap((input) => {
    const value = exampleOf(input);
    return value === null ? [] : [shellWord(`${plainText(input.name)}=`, plainText(value))];
  });
  const model = modelId === defaultModel ? [] : ['-m', shellWord('', plainText(modelId))];
  return ['rcb run', ...model, ...words].join(' ');
}

/** A workflow requires nothing, but its first text is what people change. */
function isPromptOfWorkflow({ name, place, type }: InputHelp): boolean {
  return place?.isLinked === false && type === 'string' && /\.(text|prompt)$/.test(name);
}

/** null: there is no obvious example. */
function exampleOf(input: InputHelp): string | null {
  const { name, choices, minimum, maximum, type } = input;
  const media = /^(image|video|audio)_uri/.exec(input.format ?? '')?.[1];
  if (media !== undefined) return `https://example.com/${fileNames[media as keyof typeof fileNames]}`;
  const written = [...(choices ?? []), input.default].map(textOf).filter((text) => text !== null);
  const other = written.find((text) => text !== textOf(input.default) && isPlain(text) && text !== 'auto');
  const chosen = other ?? written.find(isPlain);
  if (choices !== null) return chosen ?? null;
  if (name === 'prompt' || isPromptOfWorkflow(input) || (/string/.test(type) && input.required))
    return 'a red fox asleep in fresh snow';
  if (/integer|number/.test(type))
    return String(Math.min(Math.max(1, minimum ?? 1), maximum ?? Number.POSITIVE_INFINITY));
  return /boolean/.test(type) ? 'true' : (chosen ?? null);
}

const fileNames = { image: 'photo.jpg', video: 'clip.mp4', audio: 'voice.mp3' } as const;

function textOf(value: JsonValue): string | null {
  return value === null || typeof value === 'object' ? null : String(value);
}

/** The grammar of axes reads other texts as several values, or as ranges. */
function isPlain(text: string): boolean {
  return /^[\p{L}\p{N}_.][\p{L}\p{N}_.: ]*$/u.test(text);
}

/** `prompt="a red fox"`, `style=anime`: quoted as little as a POSIX shell needs. */
function shellWord(head: string, text: string): string {
  if (/^[\w@%+:,./-]+$/.test(text)) return `${head}${text}`;
  return /["$`\\!]/.test(text) ? `${head}'${text.replaceAll("'", "'\\''")}'` : `${head}"${text}"`;
}
