import { columnsOf, plainText, type Terminal, toned } from '../terminal/terminal.ts';
import { wrapText } from '../terminal/text-width.ts';

/** The inputs of one model that a plan sets. */
export interface NamedInputsView {
  readonly model: string;
  readonly inputs: readonly {
    /** What people call it: its key where they do. */
    readonly name: string;
    readonly input: string;
    /** Of the group that it belongs to. */
    readonly title: string | null;
    /** Its link is replaced. */
    readonly unlinks: boolean;
  }[];
}

const label = '  inputs      ';
const leastRoom = 20;

/** `inputs  prompt → 6.text (Positive prompt), 31.seed (Sampler)`: a line for each model. */
export function inputLines(models: readonly NamedInputsView[], terminal: Terminal): string[] {
  if (models.length === 0) return [];
  const room = Math.max(columnsOf(terminal) - label.length, leastRoom);
  const lines = models.flatMap(({ model, inputs }) => {
    const of =
      models.length === 1
        ? []
        : [`${' '.repeat(label.length)}${toned(terminal, 'dim', `of ${plainText(model)}`)}`];
    const listed = inputs.map(({ name, input, title }) => {
      const key = name === input ? plainText(input) : `${plainText(name)} → ${plainText(input)}`;
      return title === null || name.startsWith(`${title}.`) ? key : `${key} (${plainText(title)})`;
    });
    const wrapped = wrapText(listed.join(', '), room);
    return [...wrapped.map((line, nth) => `${nth === 0 ? label : ' '.repeat(label.length)}${line}`), ...of];
  });
  return [...lines, ''];
}

/** The same for programs. */
export function namedInputJson({ model, inputs }: NamedInputsView) {
  return inputs.map(({ unlinks, ...each }) => ({ model, ...each, replaces_link: unlinks }));
}
