import { existsSync } from 'node:fs';
import { UserError } from '../../../core/complaints.ts';
import { commandLine } from '../../../core/shell-words.ts';
import { isWord } from '../../../core/sweep.ts';

/**
 * Refuses words that a shell has cut off a value: `style=anime, realistic`, `prompt=a cat`, `style = anime`. They
 * would be inputs that do not exist. Throws `UserError` (`usage`) with the whole command as it was probably meant.
 */
export function refuseStrayWords(words: readonly string[], argv: readonly string[]): void {
  const equals = words.indexOf('=');
  if (equals > 0) {
    const pieces = words.slice(equals - 1, equals + 2);
    throw cutUp(pieces.join(' '), pieces, pieces.join(''), argv);
  }
  for (const [index, word] of words.entries()) {
    if (!isWord(word)) continue;
    const rest = words.slice(index + 1);
    const end = rest.findIndex((each) => isWord(each) || each === '-' || existsSync(each));
    const strays = end === -1 ? rest : rest.slice(0, end);
    if (strays.length === 0 || strays.every(isSource)) continue;
    const pieces = [word, ...strays];
    throw cutUp(strays.join(' '), pieces, joined(pieces), argv);
  }
}

/** A missing file, a pattern or a link has a message of its own. */
function isSource(word: string): boolean {
  return /^https?:\/\/|[*?]|\.[A-Za-z0-9]{2,5}(#.*)?$|[/\\]/.test(word);
}

/** A list has its blanks taken out, a text is kept whole. */
function joined(pieces: readonly string[]): string {
  const [first = ''] = pieces;
  const isText = /^[^=]*(prompt|text|caption)[^=]*=/i.test(first);
  const isList = pieces.slice(0, -1).every((piece) => piece.endsWith(',') || piece.endsWith('||'));
  if (!isText && isList) return pieces.join('');
  return isText ? pieces.join(' ') : pieces.join(',').replace(/,{2,}/g, ',').replace('=,', '=');
}

function cutUp(stray: string, pieces: readonly string[], whole: string, argv: readonly string[]): UserError {
  const at = argv.findIndex((_, index) => pieces.every((piece, offset) => argv[index + offset] === piece));
  const command =
    at === -1
      ? commandLine([whole]).replace(/^rcb /, '')
      : commandLine([...argv.slice(0, at), whole, ...argv.slice(at + pieces.length)]);
  const reason = 'A space ends a value on the command line';
  return new UserError(
    'usage',
    `"${stray}" is neither a file nor key=value. ${reason}.`,
    `Did you mean: ${command}`,
  );
}
