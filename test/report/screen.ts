/** What a terminal shows after all that was written: enough of one for what `log-update` sends. */
export function screenOf(written: string, columns: number): readonly string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  const put = (character: string): void => {
    if (column >= columns) throw new Error(`Row ${row} is written beyond column ${columns}.`);
    const line = (rows[row] ?? '').padEnd(column);
    rows[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  for (const [token] of written.matchAll(/\u001b\[[?\d;]*[A-Za-z]|[\s\S]/g)) {
    const [, amount, order] = /^\u001b\[(\??[\d;]*)([A-Za-z])$/.exec(token) ?? [];
    if (token === '\n') {
      row += 1;
      column = 0;
      rows[row] ??= '';
    } else if (order === undefined) put(token);
    else if (order === 'A') row = Math.max(0, row - Number(amount || 1));
    else if (order === 'B') row += Number(amount || 1);
    else if (order === 'G') column = Number(amount || 1) - 1;
    else if (order === 'K') rows[row] = amount === '2' ? '' : (rows[row] ?? '').slice(0, column);
    else if (order !== 'm' && order !== 'h' && order !== 'l')
      throw new Error(`Not known: ${JSON.stringify(token)}`);
  }
  return rows.map((line) => line.trimEnd());
}
