import { createHash, timingSafeEqual } from 'node:crypto';

/** What the path of a call to the receiver ends with, if it names the secret. */
interface OpenedPath {
  /** What follows the secret, as it is written. */
  readonly rest: readonly string[];
}

/**
 * Reads the path of a call. `prefixes`: what may stand before the secret, such as the path of a proxy that hands it on.
 * null: the secret is not there. Every segment is compared in the same time, whatever it is, and none is decoded.
 */
export function pathOpener(secret: string, prefixes: readonly string[]): (path: string) => OpenedPath | null {
  const wanted = digest(secret);
  const starts = [...new Set(prefixes)];
  return (path) => {
    let found: OpenedPath | null = null;
    for (const start of starts) {
      const [first, given = '', ...rest] = path.startsWith(`${start}/`)
        ? path.slice(start.length).split('/')
        : [];
      const isSecret = timingSafeEqual(digest(given), wanted);
      if (isSecret && first === '') found ??= { rest };
    }
    return found;
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
