import { createHash } from 'node:crypto';

export type ByteSource = AsyncIterable<Uint8Array>;

interface Hashed {
  readonly bytes: number;
  readonly sha256: string;
  readonly open: () => ByteSource;
}

/** A file is not what it was when it was hashed: it was not sent as a whole. */
export class SourceChanged extends Error {
  override readonly name = 'SourceChanged';
}

/**
 * The bytes of an object while they are sent. The last of them leave only once all are known to be the right ones, so
 * that no store ever gets a whole object that is wrong. `md5`: of what was sent; null before that.
 */
export function hashedBody({ open, bytes, sha256 }: Hashed): {
  readonly body: ByteSource;
  md5(): string | null;
} {
  let whole: string | null = null;

  async function* body() {
    const [hash, other] = [createHash('sha256'), md5Hash()];
    let [held, seen]: [Uint8Array, number] = [new Uint8Array(), 0];
    for await (const chunk of readable(open)) {
      seen += chunk.byteLength;
      if (seen > bytes) throw new SourceChanged();
      hash.update(chunk);
      other?.update(chunk);
      if (held.byteLength > 0) yield held;
      held = chunk;
    }
    if (seen !== bytes || hash.digest('hex') !== sha256) throw new SourceChanged();
    whole = other?.digest('hex') ?? null;
    if (held.byteLength > 0) yield held;
  }

  return { body: body(), md5: () => whole };
}

/** null: this system allows none. */
function md5Hash() {
  try {
    return createHash('md5');
  } catch {
    return null;
  }
}

/** What cannot be read is no longer what it was. */
async function* readable(open: Hashed['open']) {
  try {
    yield* open();
  } catch (error) {
    throw new SourceChanged('It cannot be read.', { cause: error });
  }
}
