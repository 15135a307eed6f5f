import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { columnsOf, plainText, type Terminal, toned } from './terminal.ts';
import { cutText, padText, wrapText } from './text-width.ts';

/** The facts of one thing as labelled lines that fit the terminal. Foreign text is shown, not obeyed. */
interface FieldList {
  readonly shown: string[];
  title(name: string, remark: string): void;
  /** Left out if there is no text. */
  field(label: string, text: string | null): void;
  /** Left out if there are no entries. */
  group(title: string, entries: Readonly<Record<string, JsonValue>>): void;
}

const labelColumns = 14;

export function fieldList(terminal: Terminal): FieldList {
  const shown: string[] = [];
  const room = Math.max(20, columnsOf(terminal) - labelColumns - 2);

  function field(label: string, text: string | null): void {
    if (text === null || text === '') return;
    const name = toned(terminal, 'dim', padText(cutText(plainText(label), labelColumns - 1), labelColumns));
    const [first, ...rest] = wrapText(plainText(text), room);
    shown.push(`  ${name}${first}`, ...rest.map((more) => `  ${' '.repeat(labelColumns)}${more}`));
  }

  return {
    shown,
    field,
    title(name, remark) {
      shown.push(`${toned(terminal, 'bold', plainText(name))}  ${remark}`, '');
    },
    group(title, entries) {
      const keys = Object.keys(entries);
      if (keys.length === 0) return;
      shown.push('', title);
      for (const key of keys) field(key, valueText(entries[key] as JsonValue));
    },
  };
}

function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
