import type { Dispatcher } from 'undici';
import type { JobStatus } from '../../src/core/job/job.ts';
import type { Download, Splice } from '../../src/core/ports.ts';
import type { Coats } from './composed-run.ts';

/** What a kill leaves of the job it hits: nothing in doubt, or a submit that never left, or one that was accepted. */
export type Doubt = 'none' | 'unsent' | 'accepted';

/** Every named point of the life of a job. Doubt begins with the durable intent and ends with the durable id. */
export const killPoints = {
  'before the record submitting': 'none',
  'after the record submitting': 'unsent',
  'before the POST': 'unsent',
  'at the head of the answer to the POST': 'accepted',
  'after the POST': 'accepted',
  'before the record queued': 'accepted',
  'after the record queued': 'none',
  'before the status': 'none',
  'after the status': 'none',
  'before the record running': 'none',
  'after the record running': 'none',
  'before the result': 'none',
  'after the result': 'none',
  'before the record succeeded': 'none',
  'after the record succeeded': 'none',
  'before the save': 'none',
  'when the download opens': 'none',
  'in the middle of the download': 'none',
  'before the recipe is planned': 'none',
  'before the recipe is written': 'none',
  'while the recipe is written': 'none',
  'before the rename': 'none',
  'after the save': 'none',
  'before the record done': 'none',
  'after the record done': 'none',
} as const satisfies Record<string, Doubt>;

export type KillPoint = keyof typeof killPoints;

/** Told of every point as it is passed. */
export type Passing = (point: KillPoint) => void;

/** Files of the matrix are larger than what the store writes at once, so that half of one can be on disk. */
export const fileBytes = 320_000;
const middleByte = 270_000;

const recorded: ReadonlySet<JobStatus> = new Set(['submitting', 'queued', 'running', 'succeeded', 'done']);
type Recorded = 'submitting' | 'queued' | 'running' | 'succeeded' | 'done';

/** Coats that tell of the points and change nothing else. */
export function tellingCoats(pass: Passing): Coats {
  async function around<T>(before: KillPoint, after: KillPoint, call: () => Promise<T>): Promise<T> {
    pass(before);
    const value = await call();
    pass(after);
    return value;
  }
  return {
    dispatcher: (inner) => tellingDispatcher(inner, pass),
    api: (inner) => ({
      submit: (job, signal) => around('before the POST', 'after the POST', () => inner.submit(job, signal)),
      status: (id, signal) => around('before the status', 'after the status', () => inner.status(id, signal)),
      result: (...args) => around('before the result', 'after the result', () => inner.result(...args)),
      cancel: (id, signal) => inner.cancel(id, signal),
      ping: (signal) => inner.ping(signal),
    }),
    ledger: (inner) => ({
      ...inner,
      record: (job, state, at, stop) => {
        const record = () => inner.record(job, state, at, stop);
        if (!recorded.has(state.status)) return record();
        const status = state.status as Recorded;
        return around(`before the record ${status}`, `after the record ${status}`, record);
      },
    }),
    links: (inner) => async (link, signal) => {
      const download = await inner(link, signal);
      pass('when the download opens');
      return tellingDownload(download, pass, signal);
    },
    embed: (inner) => async (read, bytes, mime, recipe) => {
      pass('before the recipe is planned');
      const splices = await inner(read, bytes, mime, recipe);
      pass('before the recipe is written');
      return splices?.map((splice) => tellingSplice(splice, pass)) ?? null;
    },
    files: (inner) => ({
      save: (file, link, signal) =>
        around('before the save', 'after the save', () =>
          // A signal of its own for each save, so that it can be told when the store asks it.
          inner.save(file, link, AbortSignal.any([signal])),
        ),
    }),
  };
}

/** What stands before a splice is in the copy when its bytes are asked for. */
function tellingSplice({ at, removed, inserted }: Splice, pass: Passing): Splice {
  return {
    at,
    removed,
    get inserted() {
      pass('while the recipe is written');
      return inserted;
    },
  };
}

function tellingDownload(download: Download, pass: Passing, signal: AbortSignal): Download {
  let bytes = 0;
  let hasEnded = false;
  return {
    ...download,
    async read(atLeast) {
      const chunks = await download.read(atLeast);
      if (hasEnded) return chunks;
      const before = bytes;
      for (const { byteLength } of chunks) bytes += byteLength;
      if (before < middleByte && bytes >= middleByte) pass('in the middle of the download');
      hasEnded = bytes - before < atLeast;
      if (hasEnded) tellOfRename(pass, signal);
      return chunks;
    },
  };
}

/**
 * With the body at its end, the store asks its signal once for that, then for every piece of the copy with the recipe,
 * and once more just before it gives the file its name.
 */
function tellOfRename(pass: Passing, signal: AbortSignal): void {
  let isAsked = false;
  Object.defineProperty(signal, 'throwIfAborted', {
    value() {
      if (isAsked) pass('before the rename');
      isAsked = true;
      AbortSignal.prototype.throwIfAborted.call(signal);
    },
  });
}

function tellingDispatcher(inner: Dispatcher, pass: Passing): Dispatcher {
  return inner.compose((dispatch) => (options, handler) => {
    if (options.method !== 'POST') return dispatch(options, handler);
    return dispatch(options, {
      onRequestStart: (...given) => handler.onRequestStart?.(...given),
      onResponseStart: (...given) => {
        pass('at the head of the answer to the POST');
        handler.onResponseStart?.(...given);
      },
      onResponseData: (...given) => handler.onResponseData?.(...given),
      onResponseEnd: (...given) => handler.onResponseEnd?.(...given),
      onResponseError: (...given) => handler.onResponseError?.(...given),
    });
  });
}
