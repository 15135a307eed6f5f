import { UserError } from '../complaints.ts';

/** The environment variable that names the shared ledger. Another program's database is never taken for it. */
export const ledgerVariable = 'RCB_LEDGER';

/** Where shared runs are kept, as the user has named it. */
export interface NamedLedger {
  /** With the password, where the user has put one there: for the connection alone. */
  readonly href: string;
  /** The same without a password: for messages, logs and further commands. */
  readonly shown: string;
  readonly hasPassword: boolean;
  /** What no log may show. */
  readonly secrets: readonly string[];
  /** Who named it, such as `--ledger`. */
  readonly from: string;
}

const example = 'postgres://ledger.example/runs';

/** `none`: there is none. Throws `UserError` (`usage`), which repeats no password, for what cannot be an address. */
export function namedLedger(text: string, from: string): NamedLedger | null {
  const href = text.trim();
  if (href === '' || href === 'none') return null;
  const shown = withoutPassword(href);
  const refused = (why: string): UserError =>
    new UserError('usage', `${from} ${why}.`, `Give an address such as ${example}, or none.`);
  if (!/^postgres(?:ql)?:\/\//i.test(href)) throw refused('must be the address of a PostgreSQL database');
  // Whoever connects to it says what else is wrong with it.
  if (/[\u0000-\u0020\u007f\\]/.test(href)) throw refused('is not an address that can be read');
  const secrets = shown === href ? [] : [href, ...passwordsIn(href)];
  return { href, shown, hasPassword: shown !== href, secrets, from };
}

// As much as may be part of a password is left out: an unencoded @ in it too.
const inAuthority = /(postgres(?:ql)?:\/\/[^\s:@/?#]*):[^\s]*@/gi;
const inQuery = /([?&](?:ssl)?password=)[^&\s#]*&?/gi;

/** A text in which no address of a database has its password any more. */
export function withoutPassword(text: string): string {
  if (!/postgres/i.test(text)) return text;
  return text
    .replace(inAuthority, '$1@')
    .replace(inQuery, (_, key: string) => key[0] ?? '')
    .replace(/[?&](?=#|\s|$)/, '');
}

/** A text without the passwords of these addresses, wherever they stand in it. */
export function withoutPasswords(addresses: readonly string[]): (text: string) => string {
  const forms = [...new Set(addresses.flatMap(passwordsIn))]
    // A shorter one occurs in ordinary words; where it stands in an address, it is left out in any case.
    .filter((each) => each.length >= minLength)
    .sort((a, b) => b.length - a.length);
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, '…'), withoutPassword(text));
}

const minLength = 4;

/** As they stand there, and as they are meant. */
function passwordsIn(address: string): readonly string[] {
  const [, password] = /^postgres(?:ql)?:\/\/[^\s:@/?#]*:(\S*)@/i.exec(address.trim()) ?? [];
  const queried = /[?&]password=([^&\s#]+)/i.exec(address)?.[1];
  return [password, queried].flatMap((found) =>
    found === undefined || found === '' ? [] : [found, decoded(found)],
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
