/** A table whose name does not say so, such as a CSV file saved as .txt. */
interface RecognisedTable {
  readonly delimiter: string;
}

// Where two fit, the earlier one wins.
const delimiters = ['\t', ';', '|', ','] as const;

// Nobody writes these as the first line of a list of prompts.
const sureNames = new Set([
  ...['prompt', 'prompts', 'negativeprompt', 'seed', 'seeds', 'aspectratio', 'promptid', 'customid'],
  ...['numimages', 'numberofimages', 'guidancescale', 'cfg', 'cfgscale', 'steps', 'sampler', 'nprompt'],
  ...['imageurl', 'videourl', 'magicprompt', 'expandprompt', 'styletype', 'resolution', 'duration'],
]);

// These are column names and words of prompts as well.
const plainNames = new Set([
  ...['id', 'text', 'style', 'styles', 'model', 'name', 'title', 'caption', 'description', 'negative'],
  ...['category', 'width', 'height', 'size', 'image', 'ratio', 'n', 'index', 'note', 'notes', 'tags'],
]);

const maxNames = 100;
const columnName = /^[\p{L}_#][\p{L}\p{N}_.:/()[\] -]{0,39}$/u;

/**
 * Whether a text is a table rather than a list, told by its first lines: the first one that is not blank reads as a
 * header of at least two column names, one of them that of a well-known input, and the lines below have as many
 * cells. null: it does not, or there is not a line below. Lines come without their ends.
 */
export function looksLikeTable(firstLines: readonly string[]): RecognisedTable | null {
  const [header, ...below] = firstLines.filter((line) => line.trim() !== '');
  if (header === undefined || below.length === 0) return null;
  const delimiter = delimiters.find((mark) => isHeader(header, mark) && fits(header, below, mark));
  return delimiter === undefined ? null : { delimiter };
}

function isHeader(line: string, delimiter: string): boolean {
  const names = cellsOf(line.replace(/^\ufeff/, ''), delimiter)?.map(nameOf);
  if (names === undefined || names.length < 2 || names.length > maxNames) return false;
  // Exports add nameless columns, prompts end in a comma: one of them may be there, behind or before the others.
  if (names.slice(1, -1).includes('') || names.filter((name) => name !== '').length < 2) return false;
  if (!names.every((name) => name === '' || (columnName.test(name) && name.split(/\s+/).length <= 3)))
    return false;
  const words = names.map(plainWord);
  if (new Set(words).size < words.length) return false;
  if (words.some((word) => sureNames.has(word))) return true;
  const plain = words.filter((word) => plainNames.has(word)).length;
  // `text, watermark` is a list of words, `text,watermark` hardly.
  return plain > (line.includes(`${delimiter} `) ? 1 : 0);
}

/** Whether a column's name is that of a well-known input, and hardly anything else. */
export function isInputName(name: string): boolean {
  return sureNames.has(plainWord(name));
}

function plainWord(name: string): string {
  return name.toLowerCase().replace(/[\s_.-]/g, '');
}

function fits(header: string, below: readonly string[], delimiter: string): boolean {
  const width = cellsOf(header, delimiter)?.length;
  for (const line of below) {
    const cells = cellsOf(line, delimiter);
    // A text of several lines: what stands below cannot be judged line by line.
    if (cells === null) return true;
    if (cells.length !== width) return false;
  }
  return true;
}

function nameOf(cell: string): string {
  const bare = cell.trim();
  return /^"[^"]*"$/.test(bare) ? bare.slice(1, -1).trim() : bare;
}

/** The cells of one line as they stand, quotes included; null: a quote is still open at its end. */
function cellsOf(line: string, delimiter: string): readonly string[] | null {
  const cells: string[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const letter = line[at];
    // Elsewhere than at the start of a cell a quote is a letter.
    if (letter === '"' && (quoted || line.slice(from, at).trim() === '')) quoted = !quoted;
    else if (letter === '"' && line[at - 1] === '"') quoted = true;
    else if (letter === delimiter && !quoted) {
      cells.push(line.slice(from, at));
      from = at + 1;
    }
  }
  return quoted ? null : [...cells, line.slice(from)];
}
