import { commands } from './commands.ts';

/** The commands with their words, which yargs would show by its own names. */
export function commandList(): string {
  const shown = Object.values(commands).filter(({ describe }) => describe !== '');
  const widest = Math.max(...shown.map(({ usage }) => usage.length));
  const lines = shown.map(({ usage, describe }) => `  rcb ${usage.padEnd(widest)}  ${describe}`);
  const title = 'rcb: batches of images and videos on hosted models, resumable, never paid twice';
  return [title, '', 'Commands:', ...lines, '', 'rcb help COMMAND tells more.'].join('\n');
}

/** `rcb --help`: told without yargs, whose loading takes several times as long as all else. */
export function help(): string {
  return `${commandList()}\n\nOptions:\n  -h, --help     Show help\n  -V, --version  Show version number\n`;
}
