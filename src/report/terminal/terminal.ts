import type { Writable } from 'node:stream';
import { styleText } from 'node:util';

type TerminalStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** A stream that people read, and what it can show. */
export interface Terminal {
  readonly stream: TerminalStream;
  readonly colour: boolean;
  /** Whether lines can be repainted. */
  readonly live: boolean;
}

/** The ways to highlight a word. */
export type Tone = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan' | 'blue' | 'magenta';

/**
 * What a stream can show: NO_COLOR (https://no-color.org) wins over FORCE_COLOR; TERM=dumb has neither colour nor
 * repainting; repainting also needs a known width and a person, so not under CI.
 */
export function terminalOf(
  stream: TerminalStream,
  env: Readonly<Record<string, string | undefined>>,
): Terminal {
  const tty = stream.isTTY === true;
  const dumb = env.TERM === 'dumb';
  const forced = env.FORCE_COLOR !== undefined && !isOff(env.FORCE_COLOR);
  const refused = Boolean(env.NO_COLOR) || (env.FORCE_COLOR !== undefined && isOff(env.FORCE_COLOR));
  const ci = Boolean(env.CI) && !isOff(env.CI as string);
  return {
    stream,
    colour: !refused && (forced || (tty && !dumb)),
    live: tty && (stream.columns ?? 0) > 0 && !ci && !dumb,
  };
}

function isOff(word: string): boolean {
  return word === '0' || word.toLowerCase() === 'false';
}

/** How wide a line may be. There is no limit without a terminal, so that nothing is cut for `grep`. */
export function columnsOf(terminal: Terminal): number {
  const { isTTY, columns } = terminal.stream;
  if (isTTY !== true) return Number.POSITIVE_INFINITY;
  return columns !== undefined && columns > 0 ? columns : 80;
}

export function toned(terminal: Terminal, tone: Tone | undefined, text: string): string {
  if (!terminal.colour || tone === undefined || text === '') return text;
  // `terminalOf` has already decided whether colour is wanted.
  return styleText(tone, text, { validateStream: false });
}

// Controls (C0, DEL, C1), what changes the direction of text or ends lines, what is invisible, and lone surrogates.
const unsafe =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\p{Cs}]/gu;

/**
 * Foreign text (a prompt, a server's message, a path) made safe for a terminal, on one line: control and escape
 * characters are shown as `␛`, `␊` or `\x9b`, bidirectional overrides as `\u202e`, instead of being obeyed.
 */
export function plainText(text: string): string {
  return text.replace(unsafe, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    if (code === 0x7f) return '␡';
    const hex = code.toString(16);
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  });
}
