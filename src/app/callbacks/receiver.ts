import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { callbackLine, callbacksFile } from '../../core/callbacks/callback-line.ts';
import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Provider } from '../../core/provider.ts';
import { isLoopback } from '../../http/addresses.ts';
import { callbackServer } from '../../http/callbacks/callback-server.ts';
import { providers } from '../../providers/providers.ts';
import { openCallbackLog } from '../../store/callbacks/callback-log.ts';
import { secretIn } from '../../store/callbacks/secret-file.ts';
import { makePrivateFolder } from '../../store/files/durable-folders.ts';
import { storageFault } from '../../store/folder/storage-faults.ts';
import { userFolder } from '../../store/folder/user-folders.ts';
import { withReaderIfAny } from '../../store/ledger/with-reader.ts';
import { providerToTell } from '../access/folder-provider.ts';
import { realClock } from '../real-clock.ts';
import { receiverUrl } from './webhook-base.ts';

/** What is to be received, and where. */
interface ReceiverRequest {
  /** The run folder that the callbacks belong to; null: a file is named. */
  readonly dir: string | null;
  readonly file: string | null;
  readonly host: string;
  /** 0: a free one. */
  readonly port: number;
  /** How the API reaches it; null: directly. */
  readonly publicUrl: string | null;
  /** null: the user's own, the same for all receivers. */
  readonly secretFile: string | null;
  readonly env: Environment;
  /** Is told of what cannot be kept, in a sentence. */
  warn(sentence: string): void;
}

/** A receiver that listens. */
interface Receiver {
  /** What `--webhook-base` takes. */
  readonly base: string;
  /** Whether an API may be given that address: it is https, or http on this machine. */
  readonly isUsable: boolean;
  readonly file: string;
  /** How many callbacks it has kept. */
  heard(): number;
  close(): Promise<void>;
}

/** Throws `UserError` for an address, a file or a secret that cannot be had. */
export async function openReceiver(request: ReceiverRequest): Promise<Receiver> {
  const { dir, env, warn } = request;
  const publicUrl = request.publicUrl === null ? null : receiverUrl(request.publicUrl, 'The public URL');
  const known = dir === null ? null : withReaderIfAny(dir, (reader) => providerToTell(reader.planRecord()));
  if (known !== null && known.callback === undefined) {
    throw new UserError(
      'usage',
      `${known.title}, where the jobs of ${dir} are, calls nobody back.`,
      'Name the folder of another run.',
    );
  }
  const readers: readonly Provider[] = known === null ? Object.values(providers) : [known];
  const secret = await secretIn(request.secretFile ?? ownSecretFile(env), freshSecret);
  const file = request.file ?? join(dir ?? '', callbacksFile);
  try {
    makePrivateFolder(dirname(file));
  } catch (error) {
    throw storageFault(error, dirname(file));
  }
  const log = await openCallbackLog(file);
  let heard = 0;
  const server = await callbackServer({
    ...{ host: request.host, port: request.port, secret, prefixes: prefixesOf(publicUrl) },
    async hear(attempt, body) {
      const told = readWith(readers, body);
      if (told === null) return false;
      await log.append(callbackLine({ ...attempt, ...told, at: realClock.now() }));
      heard += 1;
      return true;
    },
    failed: (error) => warn(`A callback could not be kept: ${reasonOf(error, file)}`),
  }).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
  const local = `${server.origin}/${secret}`;
  const base = publicUrl === null ? local : `${publicUrl.href.replace(/\/+$/, '')}/${secret}`;
  return {
    base,
    isUsable: publicUrl !== null || isLoopback(new URL(base)),
    file,
    heard: () => heard,
    async close() {
      await server.close();
      await log.close();
    },
  };
}

/** A word as logs may hold it. */
const plainWord = /^[\w .-]{1,40}$/;

function readWith(readers: readonly Provider[], body: JsonObject) {
  for (const { callback } of readers) {
    const told = callback?.(body) ?? null;
    if (told === null) continue;
    const { requestId, status } = told;
    return { requestId, status: status !== null && plainWord.test(status) ? status : null };
  }
  return null;
}

/** A proxy may forward the whole path, or remove the prefix that it listens on. */
function prefixesOf(publicUrl: URL | null): readonly string[] {
  return ['', ...(publicUrl === null ? [] : [publicUrl.pathname.replace(/\/+$/, '')])];
}

function ownSecretFile(env: Environment): string {
  const folder = userFolder('data', env);
  if (folder !== null) return join(folder, 'receiver-secret');
  throw new UserError(
    'usage',
    'You have no home folder to keep the secret in.',
    'Name a file with --secret-file.',
  );
}

/** 256 bits, as letters of an address. */
function freshSecret(): string {
  return randomBytes(32).toString('base64url');
}

function reasonOf(error: unknown, file: string): string {
  const fault = storageFault(error, file);
  return fault instanceof Error ? fault.message : String(fault);
}
