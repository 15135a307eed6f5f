/** A word as it can be pasted into a POSIX shell. */
export function quoted(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/**
 * A word of a command line that is suggested to people: `prompt="a cat, sitting"`, in double quotes if they mean the
 * same in every shell, cmd.exe and PowerShell included, else as `quoted` returns it.
 */
function typed(word: string): string {
  const plain = quoted(word);
  if (plain === word || /["$`\\!%\r\n]/.test(word)) return plain;
  const equals = /^\w[\w.:-]*=/.exec(word)?.[0] ?? '';
  return `${equals}"${word.slice(equals.length)}"`;
}

/** `rcb run prompts.csv style=anime` */
export function commandLine(words: readonly string[]): string {
  return ['rcb', ...words.map(typed)].join(' ');
}
