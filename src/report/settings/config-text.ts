import { plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { padText, textWidth } from '../terminal/text-width.ts';

/** A setting with its value, and what says so. */
export interface SettingRow {
  readonly key: string;
  /** null: nothing is set, and nothing is built in. */
  readonly value: string | null;
  readonly source: 'flag' | 'profile' | 'project' | 'user' | 'environment' | 'built-in';
  /** `rcb.toml:3`, `--model`, or a variable; null: built in. */
  readonly from: string | null;
}

/** What the settings were read from. */
export function filesText(files: readonly string[]): string {
  const read = files.length === 0 ? 'none' : files.map(plainText).join(', ');
  return `Files: ${read}\n\n`;
}

const widest = 60;

/** One line for each setting; those that are built in are dimmed. */
export function configText(rows: readonly SettingRow[], terminal: Terminal): string {
  const shown = rows.map(({ key, value, source, from }) => ({
    ...{ key, source },
    value: value === null ? '–' : plainText(value),
    from: from === null ? source : plainText(from),
  }));
  const keys = Math.max(...shown.map(({ key }) => textWidth(key)));
  const values = Math.min(widest, Math.max(...shown.map(({ value }) => textWidth(value))));
  return shown
    .map(({ key, value, source, from }) => {
      const line = `${padText(key, keys)}  ${padText(value, values)}  ${from}`;
      return `${source === 'built-in' ? toned(terminal, 'dim', line) : line}\n`;
    })
    .join('');
}
