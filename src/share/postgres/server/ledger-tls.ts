import { readFileSync } from 'node:fs';
import { UserError } from '../../../core/complaints.ts';

export interface LedgerTls {
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: () => undefined;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

interface TlsWords {
  readonly mode: string | null;
  readonly file: (name: 'sslrootcert' | 'sslcert' | 'sslkey') => string | null;
}

export function tlsWords(params: URLSearchParams, env: Environment): TlsWords {
  const plain = params.get('ssl');
  const mode = params.get('sslmode') || env.PGSSLMODE || null;
  return {
    mode: mode ?? (plain === 'true' || plain === '1' ? 'verify-full' : plain === null ? null : 'disable'),
    file: (name) => params.get(name) || env[`PG${name.toUpperCase()}`] || null,
  };
}

const isOnThisMachine = (host: string): boolean =>
  host.startsWith('/') || /^(?:localhost|127(?:\.\d+){3}|::1)$/i.test(host);

/**
 * Off this machine a server proves who it is: what passes over the wire pays for jobs. `require` and `prefer` mean the
 * same there, since a connection that anybody can answer protects nothing.
 */
export function tlsFor(host: string, shown: string, { mode, file }: TlsWords): false | LedgerTls {
  const isLocal = isOnThisMachine(host);
  switch (mode) {
    case 'verify-full':
      return { rejectUnauthorized: true, ...filesOf(file) };
    case 'verify-ca':
      return { rejectUnauthorized: true, checkServerIdentity: () => undefined, ...filesOf(file) };
    case null:
    case '':
    case 'allow':
    case 'prefer':
      return isLocal ? false : { rejectUnauthorized: true, ...filesOf(file) };
    case 'require':
      return { rejectUnauthorized: !isLocal, ...filesOf(file) };
    case 'disable':
    case 'no-verify':
      if (isLocal) return mode === 'disable' ? false : { rejectUnauthorized: false, ...filesOf(file) };
      throw new UserError(
        'usage',
        `With sslmode=${mode} anybody on the way could read and change the ledger at ${shown}.`,
        'Leave sslmode out, or name the certificate of your server with sslrootcert=FILE.',
      );
    default:
      throw new UserError(
        'usage',
        `The address of the ledger has an sslmode that is not known: ${JSON.stringify(mode)}.`,
        'Use verify-full, or verify-ca with sslrootcert=FILE.',
      );
  }
}

function filesOf(file: TlsWords['file']): Pick<LedgerTls, 'ca' | 'cert' | 'key'> {
  const read = (name: Parameters<typeof file>[0]): string | null => {
    const path = file(name);
    if (path === null || (name === 'sslrootcert' && path === 'system')) return null;
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? 'unknown';
      throw new UserError(
        'usage',
        `The file that ${name} names cannot be read: ${path} (${why}).`,
        'Correct it.',
        cause,
      );
    }
  };
  const [ca, cert, key] = [read('sslrootcert'), read('sslcert'), read('sslkey')];
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
  };
}
