/** A word as it can be pasted into a POSIX shell. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function showCommand(dir: string, job: string): string {
  return `rcb show ${shellWord(dir)} ${job}`;
}

export function varyCommand(dir: string, job: string): string {
  return `rcb vary ${shellWord(dir)} ${job} --seeds 4`;
}

/** New jobs from everything that was picked; the file is the one that the page lets be downloaded. */
export function varyPicksCommand(dir: string): string {
  return `rcb vary ${shellWord(dir)} --picks picks.json --seeds 4`;
}
