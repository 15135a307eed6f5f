/** A word of the command line, cut at the equals sign behind its name. */
interface WordParts {
  /** As it is written, with its quotes. */
  readonly name: string;
  readonly value: string;
}

const plainName = /^[A-Za-z_][A-Za-z0-9_.-]*!?$/;

/**
 * The parts of a word; null: it is none. Its name is one of letters and digits, or an address: two parts with a dot
 * between them, or a name in quotes.
 */
export function wordParts(text: string): WordParts | null {
  const end = nameEnd(text);
  if (end === -1) return null;
  const name = text.slice(0, end);
  return plainName.test(name) || isAddress(name) ? { name, value: text.slice(end + 1) } : null;
}

/** Whether the name may as well be that of a file, so that a file of this name goes before the input. */
export function mayBeFile(text: string): boolean {
  const parts = wordParts(text);
  return parts !== null && !plainName.test(parts.name);
}

/** Where the equals sign behind the name stands, quoted ones aside; -1: nowhere. */
function nameEnd(text: string): number {
  let isPartStart = true;
  for (let at = 0; at < text.length; at += 1) {
    const letter = text[at] as string;
    if (letter === '=') return at;
    const close: number = isPartStart ? closingQuote(text, at) : -1;
    if (close !== -1) at = close;
    isPartStart = letter === '.' && close === -1;
  }
  return -1;
}

/** Where the quote that opens at `from` closes: before a dot, a `!` or the equals sign; -1: nothing is quoted there. */
function closingQuote(text: string, from: number): number {
  const quote = text[from] as string;
  if (quote !== '"' && quote !== "'") return -1;
  for (let at = text.indexOf(quote, from + 1); at !== -1; at = text.indexOf(quote, at + 1)) {
    if (text[at + 1] !== quote) return /[.!=]/.test(text[at + 1] ?? '=') ? at : -1;
    at += 1;
  }
  return -1;
}

// What could be the beginning of a path, an option or a pattern.
const addressStart = /^[^\s=/\\.*?[\]{}<>|-]/;
const lineOrControl = /\p{Cc}/u;
const maxAddressLength = 300;

function isAddress(name: string): boolean {
  if (name.length > maxAddressLength || lineOrControl.test(name) || !addressStart.test(name)) return false;
  const close = closingQuote(name, 0);
  const rest = close === -1 ? name : name.slice(close + 1);
  if (close !== -1 && /^!?$/.test(rest)) return close > 1;
  const dot = rest.indexOf('.');
  // Behind the dot of a sentence there is a space.
  return dot !== -1 && !/[/\\]|\.(?:\s|$)/.test(outsideQuotes(rest));
}

function outsideQuotes(text: string): string {
  return text.replace(quotedPart, '.quoted');
}

const quotedPart = /(?:^|\.)(?:'(?:[^']|'')*'|"(?:[^"]|"")*")(?=\.|!?$)/g;

/** A name without the quotes around its parts: `'Positive prompt'.text` is `Positive prompt.text`. */
export function unquotedName(name: string): string {
  if (!/["']/.test(name)) return name;
  return name.replace(quotedPart, (part) => {
    const start = part.startsWith('.') ? 1 : 0;
    const quote = part[start] as string;
    return `${part.slice(0, start)}${part.slice(start + 1, -1).replaceAll(quote + quote, quote)}`;
  });
}
