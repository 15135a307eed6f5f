import { nameOf } from '../../core/job/named-inputs.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { columnsOf, plainText, type Terminal, toned } from './terminal.ts';
import { cutText, padText, textWidth, wrapText } from './text-width.ts';

/** The facts of one thing as labelled lines that fit the terminal. Foreign text is shown, not obeyed. */
interface FieldList {
  readonly shown: string[];
  title(name: string, remark: string): void;
  /** Left out if there is no text. */
  field(label: string, text: string | null): void;
  /** Left out if there are no entries. `keys`: of entries that have a name, the key that it stands for. */
  group(
    title: string,
    entries: Readonly<Record<string, JsonValue>>,
    keys?: Readonly<Record<string, string>>,
  ): void;
}

const labelColumns = 14;
const maxLabelColumns = 40;
const minRoom = 20;

export function fieldList(terminal: Terminal): FieldList {
  const shown: string[] = [];

  function field(label: string, text: string | null, columns = labelColumns): void {
    if (text === null || text === '') return;
    const room = Math.max(minRoom, columnsOf(terminal) - columns - 2);
    const name = toned(terminal, 'dim', padText(cutText(plainText(label), columns - 1), columns));
    const [first, ...rest] = wrapText(plainText(text), room);
    shown.push(`  ${name}${first}`, ...rest.map((more) => `  ${' '.repeat(columns)}${more}`));
  }

  return {
    shown,
    field: (label, text) => field(label, text),
    title(name, remark) {
      shown.push(`${toned(terminal, 'bold', plainText(name))}  ${remark}`, '');
    },
    group(title, entries, keys) {
      const rows = Object.entries(entries).map(([name, value]) => {
        const key = nameOf(name, keys);
        return { label: plainText(key === name ? name : `${name} (${key})`), value };
      });
      if (rows.length === 0) return;
      shown.push('', title);
      const widest = Math.max(...rows.map(({ label }) => textWidth(label)));
      const most = Math.min(maxLabelColumns, columnsOf(terminal) - minRoom - 2);
      const columns = Math.max(labelColumns, Math.min(most, widest + 2));
      for (const { label, value } of rows) field(label, valueText(value), columns);
    },
  };
}

function valueText(value: JsonValue): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}
