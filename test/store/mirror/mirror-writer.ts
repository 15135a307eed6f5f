// Works on a mirror until it is killed, and says what is done: `node mirror-writer.ts DIR apply|first|keep|detach`.
import { createHash } from 'node:crypto';
import type { Instant, JobId, RequestId } from '../../../src/core/job/job.ts';
import type { SharedChange } from '../../../src/core/sharing/shared-rows.ts';
import { openMirror } from '../../../src/store/mirror/opened-mirror.ts';

const [, , dir, what] = process.argv as [string, string, string, 'apply' | 'first' | 'keep' | 'detach'];
const run = {
  address: 'postgres://ledger.example/rcb',
  run: 'cats',
  key: '0123456789abcdef',
  planVersion: 1,
};

/** Each job of the page says by its tag how often it was changed. */
function page(first: number, count: number, times: number): readonly SharedChange[] {
  return Array.from({ length: count }, (_, n) => {
    const id = createHash('sha256')
      .update(`job ${first + n}`)
      .digest('hex')
      .slice(0, 16);
    const path = `files/${id.slice(0, 8)}{_i}.{ext}`;
    const job = {
      ...{ id, in_plan: 1, seq: first + n, model: 'a/model', input: '{"prompt":"x"}', rep: 1, name: null },
      ...{ rows: '[]', tags: JSON.stringify({ times: String(times) }), axes: '{}', parent: null },
      ...{
        path_template: path,
        path_key: path,
        planned_at: 1,
        also: null,
        names: null,
        state: 'pending' as const,
      },
      ...{ attempt: 1, request_id: null, since: null, cost: null, failure: null, notes: null, ref: null },
      ...{ epoch: times, announced: null, holder: null },
    } as const;
    return { job, attempts: [] };
  });
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const opened = openMirror(dir, { ...run, runner: 'ci-2' });
const { mirror, ledger } = opened;
switch (what) {
  case 'first':
    for (let first = 0; ; first += 50) {
      mirror.apply(page(first, 50, 1), null);
      say(`page ${first}`);
    }
  case 'apply':
    for (let times = 1; ; times += 1) {
      mirror.apply(page(0, 30, times), null);
      mirror.apply(page(30, 30, times), String(times));
      say(`pulled ${times}`);
      // Lets the line out.
      await new Promise(setImmediate);
    }
  case 'keep': {
    mirror.apply(page(0, 20, 1), '1');
    const jobs = page(0, 20, 1).map(({ job }) => job.id as JobId);
    const drive = async (job: JobId): Promise<void> => {
      for (let n = 1; ; n += 1) {
        const requestId = `r-${n}` as RequestId;
        const state = {
          status: 'queued',
          attempt: 1,
          requestId,
          since: n as Instant,
          stalled: null,
        } as const;
        await mirror.keep({ job, epoch: n, state, at: n as Instant });
        say(`kept ${job} ${n}`);
      }
    };
    await Promise.all(jobs.map(drive));
    break;
  }
  case 'detach':
    mirror.apply(page(0, 20, 1), '1');
    say('detaching');
    await new Promise(setImmediate);
    opened.becomeEmbedded();
    say('detached');
    await ledger.close();
    say('closed');
}
