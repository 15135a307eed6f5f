import type { Model } from '../../core/models.ts';
import { type Price, priceText } from '../../core/money/prices.ts';
import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { cutText, padText, textWidth, wrapText } from '../terminal/text-width.ts';
import { exampleCommand } from './example-command.ts';
import { type InputHelp, inputLines } from './input-text.ts';

export type { InputHelp } from './input-text.ts';

const gap = '  ';

/**
 * `rcb models`: one line per model, without line breaks: id, kind, base price, name. On a terminal, columns cut to its
 * width; elsewhere the same fields uncut and separated by tabs, empty where unknown.
 */
export function* modelTable(models: Iterable<Model>, terminal: Terminal): Iterable<string> {
  const rows = [...models].map((model) =>
    [model.id, model.kind ?? '', knownPrice(model.price), model.displayName ?? ''].map(plainText),
  );
  if (terminal.stream.isTTY !== true) {
    for (const row of rows) yield row.join('\t');
    return;
  }
  const columns = columnsOf(terminal);
  const widest = (field: number): number => Math.max(0, ...rows.map((row) => textWidth(row[field] ?? '')));
  const widths = [widest(0), Math.max(3, widest(1)), Math.max(13, widest(2))];
  for (const [id = '', kind = '', price = '', name = ''] of rows) {
    const shown = [id, kind || '–', price || 'unknown'].map((text, field) =>
      padText(text, widths[field] ?? 0),
    );
    const line = cutText([...shown, name].join(gap).trimEnd(), columns);
    // Only the id is bold, and only where it was not cut.
    yield line.startsWith(id) ? `${toned(terminal, 'bold', id)}${line.slice(id.length)}` : line;
  }
}

/** `$0.06 per output`; empty where it is unknown. */
function knownPrice(price: Price | null): string {
  return price === null ? '' : priceText(price);
}

const maxProseWidth = 100;

/** `rcb schema`: a model and its inputs as help, ending with a line break. */
export function schemaText(
  model: Model,
  inputs: readonly InputHelp[],
  terminal: Terminal,
  defaultModel: string,
): string {
  const columns = Math.max(40, Math.min(columnsOf(terminal), maxProseWidth));
  const lines = [
    ...titleLines(model, terminal, columns),
    ...(model.description === null ? [] : wrapText(plainText(model.description), columns)),
    ...(model.modelUrl === null ? [] : [plainText(model.modelUrl)]),
    '',
    ...priceLines(model, terminal, columns),
    '',
  ];
  if (inputs.length === 0) return `${[...lines, unknownInputs(model)].join('\n')}\n`;
  lines.push(
    ...inputLines(inputs, terminal, columns),
    toned(terminal, 'dim', "Inputs left out are not sent; the model's defaults apply."),
    '',
    'Example',
    `  ${exampleCommand(model.id, inputs, defaultModel)}`,
  );
  return `${lines.join('\n')}\n`;
}

function unknownInputs({ kind, id }: Model): string {
  return kind === 'deployment'
    ? `The API tells neither workflow nor inputs of this deployment. Give them: rcb schema ${id} --workflow workflow_api.json, or --schema FILE.`
    : 'The inputs of this model are unknown.';
}

/** Id and names on one line where it is wide enough. */
function titleLines(model: Model, terminal: Terminal, columns: number): readonly string[] {
  const id = plainText(model.id);
  const title = toned(terminal, 'bold', id);
  const names = [model.displayName, model.kind, ...model.categories].filter(Boolean).join(', ');
  if (names === '') return [title];
  const shown = plainText(names);
  if (textWidth(`${id}${gap}${shown}`) <= columns) return [`${title}${gap}${shown}`];
  return [title, ...wrapText(shown, columns)];
}

function priceLines(model: Model, terminal: Terminal, columns: number): string[] {
  const note =
    model.pricingNote === null
      ? []
      : wrapText(plainText(model.pricingNote), columns).map((line) => toned(terminal, 'dim', line));
  if (model.price === null) return ['Base price unknown', ...note];
  const remark = toned(terminal, 'dim', ' (the actual charge may differ)');
  return [`Base price ${priceText(model.price)}${remark}`, ...note];
}
