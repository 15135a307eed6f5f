import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { until } from '../support/processes.ts';
import { callBack, startReceiver } from '../support/receivers.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const quick = ['--poll', '0.1', '--no-view', '-y'] as const;

interface Stage {
  readonly cwd: string;
  readonly dir: string;
  readonly simulator: Simulator;
  readonly args: readonly string[];
  run(...args: readonly string[]): Promise<Ended>;
}

async function staged(options: SimulatorOptions, rows = 6): Promise<Stage> {
  const cwd = workFolder();
  const simulator = await startSimulator({
    ...{ latency: { kind: 'fixed', ms: 100 }, coldStartMs: 0, webhookRetryMs: 20 },
    ...options,
  });
  onTestFinished(() => simulator.close());
  const cells = Array.from({ length: rows }, (_, n) => `a cat,${n + 1}\n`);
  writeFileSync(join(cwd, 'cats.csv'), `6.text,31.seed\n${cells.join('')}`);
  const address = ['--base-url', simulator.baseUrl];
  const args = ['run', 'cats.csv', '-m', poster, '-o', 'out/cats', ...address, ...quick];
  const run = (...more: readonly string[]) => rcb([...args, ...more], { cwd });
  return { cwd, dir: join(cwd, 'out/cats'), simulator, args, run };
}

const statesOf = ({ dir }: Stage): readonly string[] => manifestOf(dir).map(({ state }) => state);
const paidOf = ({ simulator }: Stage): readonly number[] => Object.values(simulator.census().accepted);
const callbacksOf = ({ dir }: Stage): readonly Record<string, unknown>[] =>
  readFileSync(join(dir, 'callbacks.jsonl'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a submission whose answer is lost', () => {
  test('is settled by its callback within the run, and paid once', async () => {
    const stage = await staged({ faults: { submit: { resetAfter: 1 } } }, 2);
    const receiver = await startReceiver(['out/cats'], stage);
    const run = await stage.run('--webhook-base', receiver.base);
    expect([run.code, run.stderr]).toEqual([0, expect.not.stringContaining('unclear')]);
    expect(statesOf(stage)).toEqual(['done', 'done']);
    expect(paidOf(stage)).toEqual([1, 1]);
  });

  test('is settled by the next run where the receiver was away, before anything is sent again', async () => {
    const stage = await staged({ faults: { submit: { resetAfter: 1 } } }, 2);
    const receiver = await startReceiver(['out/cats'], stage);
    receiver.kill('SIGKILL');
    await receiver.ended;
    const held = await stage.run('--webhook-base', receiver.base);
    expect(held.code).toBe(76);
    stage.simulator.setFaults({});
    const again = await startReceiver(['out/cats'], stage, receiver.port);
    await until(() => callbacksOf(stage).length >= 2);
    const run = await stage.run('--on-unknown', 'resubmit', '--webhook-base', again.base);
    expect([run.code, run.stderr]).toEqual([
      0,
      expect.stringContaining('Callbacks have settled 2 unclear submissions.'),
    ]);
    expect(statesOf(stage)).toEqual(['done', 'done']);
    expect(paidOf(stage)).toEqual([1, 1]);
  });

  test('is settled after the run was killed with the submission on its way', async () => {
    const stage = await staged({ faults: { submit: { silentAfter: 1 } } }, 1);
    const receiver = await startReceiver(['out/cats'], stage);
    const run = startRcb([...stage.args, '--webhook-base', receiver.base], stage);
    run.ended.catch(() => {});
    await until(() => paidOf(stage).length === 1 && callbacksOf(stage).length > 0);
    run.kill('SIGKILL');
    await run.ended;
    stage.simulator.setFaults({});
    expect((await rcb(['resume', 'out/cats', ...quick], stage)).code).toBe(0);
    expect(paidOf(stage)).toEqual([1]);
  });

  test('is held as ever without the option', async () => {
    const stage = await staged({ faults: { submit: { resetAfter: 1 } } }, 1);
    await startReceiver(['out/cats'], stage);
    expect((await stage.run()).code).toBe(76);
    expect(statesOf(stage)).toEqual(['unknown']);
    expect(stage.simulator.census().calls.webhook).toBeUndefined();
  });
});

describe('rcb reconcile', () => {
  async function unclear(rows: number): Promise<Stage & { readonly jobs: readonly string[] }> {
    const stage = await staged({ faults: { submit: { resetAfter: 1 } } }, rows);
    expect((await stage.run()).code).toBe(76);
    stage.simulator.setFaults({});
    return { ...stage, jobs: manifestOf(stage.dir).map(({ job }) => job) };
  }
  const requestsOf = ({ simulator }: Stage): readonly string[] =>
    Object.values(simulator.census().requestIds ?? {}).flat() as string[];

  test('takes up what callbacks tell before it sends anything again, also from a file elsewhere', async () => {
    const stage = await unclear(1);
    const [id] = requestsOf(stage);
    const line = { job: stage.jobs[0], attempt: 1, request_id: id, status: 'completed', at: 'x' };
    writeFileSync(join(stage.cwd, 'heard.jsonl'), `${JSON.stringify(line)}\n{"job":"cut of`);
    const settled = await rcb(
      ['reconcile', 'out/cats', '--callbacks', 'heard.jsonl', '--resubmit', 'all'],
      stage,
    );
    expect([settled.code, settled.stdout]).toEqual([
      0,
      expect.stringContaining(
        'Callbacks settled 1 unclear submission, to be collected by: rcb fetch out/cats',
      ),
    ]);
    expect((await rcb(['fetch', 'out/cats', '--poll', '0.1', '--no-view'], stage)).code).toBe(0);
    expect(paidOf(stage)).toEqual([1]);
    expect(statesOf(stage)).toEqual(['done']);
  });

  test('leaves to the user what two callbacks name differently, and so does --on-unknown resubmit', async () => {
    const stage = await unclear(1);
    const [id] = requestsOf(stage);
    const lines = [id, 'forged-1'].map((request_id) => ({ job: stage.jobs[0], attempt: 1, request_id }));
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    writeFileSync(join(stage.dir, 'callbacks.jsonl'), text);
    const shown = await rcb(['reconcile', 'out/cats'], stage);
    expect(shown.code).toBe(76);
    expect(shown.stdout).toContain('one is forged');
    expect(shown.stdout).toContain(`rcb reconcile out/cats --adopt ${stage.jobs[0]}=${id}`);
    const json = await rcb(['reconcile', 'out/cats', '--json'], stage);
    expect(JSON.parse(json.stdout)).toMatchObject({ callback_ids: [id, 'forged-1'] });
    const run = await stage.run('--on-unknown', 'resubmit');
    expect([run.code, run.stderr]).toEqual([76, expect.stringContaining('is still unclear')]);
    expect(paidOf(stage)).toEqual([1]);
    await rcb(['reconcile', 'out/cats', '--adopt', `${stage.jobs[0]}=${id}`], stage);
    expect((await stage.run()).code).toBe(0);
  });

  test('refuses a request that another job has', async () => {
    const stage = await unclear(2);
    const [id] = requestsOf(stage);
    const text = stage.jobs.map((job) => `${JSON.stringify({ job, attempt: 1, request_id: id })}\n`);
    writeFileSync(join(stage.dir, 'callbacks.jsonl'), text.join(''));
    expect((await rcb(['reconcile', 'out/cats'], stage)).stdout).toContain(
      `name request ${id} for it and for job`,
    );
    expect(statesOf(stage)).toEqual(['unknown', 'unknown']);
  });
});

describe('--webhook-base', () => {
  test.each([
    [
      ['run', 'prompt=a cat', '--webhook-base', 'https://me.example/rcb/S3cr3t-S3cr3t-S3cr3t'],
      'calls nobody back',
    ],
    [
      ['plan', 'prompt=a cat', '--webhook-base', 'https://me.example/rcb/S3cr3t-S3cr3t-S3cr3t'],
      'calls nobody back',
    ],
    [['run', 'prompt=a cat', '--webhook-base', 'http://me.example/S3cr3t-S3cr3t-S3cr3t'], 'https://'],
    [
      ['run', 'prompt=a cat', '--webhook-base=https://u:S3cr3t-S3cr3t-S3cr3t@me.example/x'],
      'user name or password',
    ],
    [['run', 'prompt=a cat', '--webhook-base', 'https://me.example/?S3cr3t-S3cr3t-S3cr3t'], 'a query'],
    [['run', 'prompt=a cat', '--webhook-base', 'https://me.example/'], 'no secret path'],
    [['run', 'prompt=a cat', '--webhook-base', 'S3cr3t-S3cr3t-S3cr3t'], 'is not a URL'],
  ])('is an error in words, which do not repeat it: %#', async (args, why) => {
    const cwd = workFolder();
    const base = ['--base-url', 'http://127.0.0.1:9'];
    const run = await rcb([...args, ...base, '--json'], { cwd });
    expect([run.code, run.stderr]).toEqual([64, expect.stringContaining(why)]);
    expect(run.stdout + run.stderr).not.toContain('S3cr3t');
    expect(filesBelow(cwd)).toEqual([]);
  });

  test('of the environment is left out where the API calls nobody back', async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 10 } });
    onTestFinished(() => simulator.close());
    const env = { RCB_WEBHOOK_BASE: 'https://me.example/S3cr3t-S3cr3t-S3cr3t' };
    const args = ['run', 'prompt=a cat', '-o', 'a', '--base-url', simulator.baseUrl, ...quick];
    expect((await rcb(args, { cwd: workFolder(), env })).code).toBe(0);
  });

  test('is an error with every command that goes on with such a folder, and a habit is not', async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 10 } });
    onTestFinished(() => simulator.close());
    const cwd = workFolder();
    const address = ['--base-url', simulator.baseUrl, ...quick];
    await rcb(['run', 'prompt=a cat', '-o', 'a', ...address], { cwd });
    const job = String(manifestOf(join(cwd, 'a'))[0]?.job);
    for (const words of [
      ['resume', 'a'],
      ['retry', 'a'],
      ['vary', 'a', job, '--repeat', '2'],
    ]) {
      const refused = await rcb([...words, ...address, '--webhook-base', 'https://me.example/S3cr3t'], {
        cwd,
      });
      expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('calls nobody back')]);
    }
    const own = join(cwd, 'settings/runcomfy-batch');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'config.toml'), 'webhook_base = "https://me.example/S3cr3t-S3cr3t"\n');
    const env = { XDG_CONFIG_HOME: join(cwd, 'settings') };
    expect((await rcb(['run', 'prompt=a dog', '-o', 'a', ...address], { cwd, env })).code).toBe(0);
    expect((await rcb(['config'], { cwd, env })).stdout).not.toContain('S3cr3t');
    writeFileSync(join(cwd, 'rcb.toml'), 'webhook_base = "https://me.example/S3cr3t-S3cr3t"\n');
    const theirs = await rcb(['run', 'prompt=a dog', '-o', 'a', ...address], { cwd });
    expect([theirs.code, theirs.stderr]).toEqual([
      65,
      expect.stringContaining('cannot be set in a file beside'),
    ]);
    expect(theirs.stderr).not.toContain('S3cr3t');
  });

  test('is not among the arguments of a run in the background, nor in what it is told to be run with', async () => {
    const stage = await staged({ latency: { kind: 'fixed', ms: 600_000 } }, 1);
    const receiver = await startReceiver(['out/cats'], stage);
    const apart = await stage.run('--detach', '--webhook-base', receiver.base);
    const pid = Number(/pid (\d+)/.exec(apart.stderr)?.[1]);
    onTestFinished(() => void process.kill(pid, 'SIGKILL'));
    await until(() => callbacksOf(stage).length > 0);
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(receiver.secret);
    expect(apart.stdout + apart.stderr).not.toContain(receiver.secret);
    // Meanwhile the folder is the run's own, and so is what callbacks tell.
    const shown = await rcb(['reconcile', 'out/cats'], stage);
    expect(shown.code).toBe(0);
  });

  test('is not shown by rcb config, and neither is the variable', async () => {
    const cwd = workFolder();
    const env = { RCB_WEBHOOK_BASE: 'https://me.example/S3cr3t-S3cr3t-S3cr3t' };
    const shown = await rcb(['config'], { cwd, env });
    expect(shown.stdout).toContain('RCB_WEBHOOK_BASE');
    expect(shown.stdout + (await rcb(['config', '--json'], { cwd, env })).stdout).not.toContain('S3cr3t');
  });
});

describe('rcb receive', () => {
  test('prints the whole base behind a proxy, answers once it is kept, and ends with a count', async () => {
    const stage = await staged({}, 1);
    const receiver = await startReceiver(['out/cats', '--public-url', 'https://me.example/rcb/'], stage);
    const job = '0123456789abcdef';
    const told = { request_id: 'r-1', status: 'in_queue', deployment_id: 'd' };
    expect(await callBack(`${receiver.base}/${job}/2`, told)).toBe(204);
    expect(await callBack(`http://127.0.0.1:${receiver.port}/rcb/${receiver.secret}/${job}/2`, told)).toBe(
      204,
    );
    receiver.kill('SIGINT');
    const { code, stdout, stderr } = await receiver.ended;
    expect([code, stdout]).toEqual([0, `https://me.example/rcb/${receiver.secret}\n`]);
    expect(stderr).toContain('2 callbacks kept.');
    const line = { job, attempt: 2, request_id: 'r-1', status: 'in_queue' };
    expect(callbacksOf(stage)).toMatchObject([line, line]);
  });

  test('loses nothing that it has confirmed when it is killed', async () => {
    const stage = await staged({}, 1);
    const receiver = await startReceiver(['--file', 'heard.jsonl'], stage);
    const confirmed: string[] = [];
    const calls = Array.from({ length: 200 }, async (_, n) => {
      const status = await callBack(`${receiver.base}/0123456789abcdef/1`, { request_id: `r-${n}` });
      if (status === 204) confirmed.push(`r-${n}`);
      if (confirmed.length === 60) receiver.kill('SIGKILL');
    });
    await Promise.allSettled(calls);
    const kept = readFileSync(join(stage.cwd, 'heard.jsonl'), 'utf8');
    expect(confirmed.length).toBeGreaterThanOrEqual(60);
    for (const id of confirmed) expect(kept).toContain(`"${id}"`);
  });

  test('has nothing to receive for an API that calls nobody back', async () => {
    const cwd = workFolder();
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 10 } });
    onTestFinished(() => simulator.close());
    await rcb(['run', 'prompt=a cat', '-o', 'a', '--base-url', simulator.baseUrl, ...quick], { cwd });
    const env = { XDG_DATA_HOME: join(cwd, 'data') };
    const refused = await rcb(['receive', 'a', '--port', '0'], { cwd, env });
    expect([refused.code, refused.stderr]).toEqual([64, expect.stringContaining('calls nobody back')]);
  });
});
