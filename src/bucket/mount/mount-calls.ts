import { BucketTrouble } from '../bucket-trouble.ts';

/** One call of the system. Throws `BucketTrouble` once it has not come back for a minute. */
export type MountCall = <T>(work: () => Promise<T>) => Promise<T>;

const quietMs = 60_000;

/**
 * A call to a server that is away may not come back until the server does, and holds one of the few threads that all
 * files share: meanwhile no other is begun.
 */
export function mountCalls(): MountCall {
  let stuck = 0;
  const silent = (): BucketTrouble => new BucketTrouble('it does not answer', { isTransient: true });

  return async (work) => {
    if (stuck > 0) throw silent();
    const pending = work();
    const ending = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      stuck += 1;
      const back = (): void => {
        stuck -= 1;
      };
      pending.then(back, back);
      ending.reject(silent());
    }, quietMs);
    try {
      return await Promise.race([pending, ending.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** What the system says, by its code. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file system does not allow a file of this size',
  EROFS: 'the file system is read-only',
  EACCES: 'permission is denied',
  EPERM: 'the system does not allow it',
  ENAMETOOLONG: 'a name is too long for the file system',
  EINVAL: 'the file system does not allow a name',
};

const absences: Readonly<Record<string, string>> = {
  ENOENT: 'it is not there',
  ENODEV: 'it is not there',
  ENXIO: 'it is not there',
  ENOTCONN: 'it is not connected',
  EIO: 'the disk reports an error',
  ESTALE: 'the server no longer knows the folder',
  ETIMEDOUT: 'the server does not answer',
  EHOSTDOWN: 'the server does not answer',
  EHOSTUNREACH: 'the server cannot be reached',
  ENETUNREACH: 'the server cannot be reached',
};

const passing: ReadonlySet<string> = new Set([
  ...['EAGAIN', 'EBUSY', 'EINTR', 'ENOLCK', 'EMFILE', 'ENFILE', 'ETXTBSY', 'EREMOTEIO', 'ENETDOWN'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'ENETRESET', 'EPIPE', 'ESHUTDOWN', 'UNKNOWN'],
]);

/** The same as trouble with the place, where the system is to blame; anything else as it is. */
export function mountTrouble(error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  const code = codeOf(error);
  const absence = absences[code];
  const words = refusals[code] ?? absence ?? 'the system reports an error';
  const isTransient = absence !== undefined || passing.has(code);
  return new BucketTrouble(`${words} (${code})`, { code, isTransient, cause: error });
}

/** Of the system, such as `ENOENT`. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
