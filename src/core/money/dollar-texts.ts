/** An amount in dollars as people write it: `5`, `5.00`, `$5`, `5 USD`. null: it is none. */
export function parseUsd(text: string): number | null {
  const amount = /^(?:US)?\$?\s*(\d+(?:\.\d+)?|\.\d+)\s*(?:\$|USD|dollars?)?$/i.exec(text.trim())?.[1];
  const usd = amount === undefined ? Number.NaN : Number(amount);
  return Number.isFinite(usd) ? usd : null;
}
