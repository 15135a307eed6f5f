import { UserError } from '../../core/complaints.ts';
import type { Provider } from '../../core/provider.ts';
import { isTooShortToHide } from '../../core/secrets.ts';
import { isLoopback } from '../../http/addresses.ts';

/** The environment variable that names the address where the user's own receiver is. */
export const webhookVariable = 'RCB_WEBHOOK_BASE';

/** Where the API is to call back. The address is a secret: whoever knows it can say what became of a submission. */
export interface Webhooks {
  readonly base: URL;
  /** The user has asked for it with this command, so that an API that cannot do it is refused. */
  readonly isMeant: boolean;
}

/** `given`: with this command; `usual`: by a file of settings or the environment. Throws `UserError` (`usage`). */
export function webhooksOf(given: string | undefined, usual: string | undefined): Webhooks | null {
  const text = given ?? usual;
  return text === undefined ? null : { base: webhookBase(text), isMeant: given !== undefined };
}

/** Reads the address, and never repeats it. Throws `UserError` (`usage`) for what cannot be one. */
export function webhookBase(text: string): URL {
  const url = receiverUrl(text, 'The webhook base');
  if (url.pathname !== '/' || isLoopback(url)) return url;
  throw new UserError(
    'usage',
    'The webhook base has no secret path, so that anybody could tell what became of a submission.',
    addressHint,
  );
}

const addressHint = 'Give an address such as https://me.example/rcb/SECRET; rcb receive prints it.';

/** An address of the user's own, without slashes at its end. `what`: as sentences begin, which do not repeat it. */
export function receiverUrl(text: string, what: string): URL {
  const trimmed = text.trim();
  const refused = (why: string): UserError => new UserError('usage', `${what} ${why}.`, addressHint);
  if (!URL.canParse(trimmed) || /[\\\u0000-\u0020\u007f]/.test(trimmed)) throw refused('is not a URL');
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '') throw refused('must not contain a user name or password');
  if (url.search !== '' || url.hash !== '' || /[?#]/.test(trimmed)) {
    throw refused('must not contain a query or a fragment');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw refused('must start with https://; http:// is only allowed on this machine');
  }
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** What no log and no message may show of it. */
export function secretsOf(webhooks: Webhooks | null): readonly string[] {
  if (webhooks === null) return [];
  const { href, pathname } = webhooks.base;
  const segments = pathname.split('/').filter((segment) => segment !== '');
  const last = segments.at(-1) ?? '';
  const long = segments.filter((segment) => segment.length >= 16);
  return [...new Set([href, last, ...long])].filter((secret) => !isTooShortToHide(secret));
}

/** The address for a run; a habit is none of a rehearsal, whose jobs have the ids of the real ones. Throws as above. */
export function webhooksOfRun(
  webhooks: Webhooks | null,
  { provider, isRehearsal }: { readonly provider: Provider; readonly isRehearsal?: true },
): Webhooks | null {
  return isRehearsal && webhooks?.isMeant === false ? null : webhooksFor(webhooks, provider);
}

/** The address for an API that can call back; null: none. Throws `UserError` (`usage`) where it cannot and should. */
export function webhooksFor(
  webhooks: Webhooks | null,
  { callback, title }: Pick<Provider, 'callback' | 'title'>,
): Webhooks | null {
  if (webhooks === null || callback !== undefined) return webhooks;
  if (!webhooks.isMeant) return null;
  throw new UserError(
    'usage',
    `${title} calls nobody back, so a webhook base has no use there.`,
    'Leave out --webhook-base.',
  );
}
