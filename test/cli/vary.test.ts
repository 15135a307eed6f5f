import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../src/core/job/manifest.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import type { PlanRecord } from '../../src/store/stage/stage.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';

let clock: HeldClock;
let simulator: Simulator;
let cwd: string;
let dir: string;
beforeEach(async () => {
  clock = heldClock();
  simulator = await startSimulator({ slots: 4, latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  writeFileSync(
    join(cwd, 'cats.csv'),
    'id,prompt,style,Kind\na,"a cat, {asleep}",anime,pet\nb,a dog,design,pet\nc,a fox,,wild\n',
  );
});
afterEach(() => simulator.close());

const poll = ['--poll', '0.1', '--retries', '0', '--no-view'];
const here = (): string[] => ['--base-url', simulator.baseUrl, ...poll];
const run = (...more: string[]): Promise<Ended> =>
  rcb(['run', 'cats.csv', 'seed=1-2', ...here(), ...more], { cwd });
// The API is the one that the folder was made with.
const vary = (...args: string[]): Promise<Ended> => rcb(['vary', ...args, ...poll], { cwd });
const lines = (): ManifestLine[] => manifestOf(dir);
const line = (id: string, seed = 1): ManifestLine =>
  lines().find((each) => each.id === id && each.input.seed === seed) as ManifestLine;
const childrenOf = (parent: ManifestLine): ManifestLine[] =>
  lines().filter((each) => each.parent === parent.job);
const paid = (): number => simulator.census().acceptedTotal;

function exported(stars: readonly ManifestLine[], notes: readonly ManifestLine[] = [], folder = 'out/cats') {
  const picks = [...stars, ...notes].map(({ job, input, outputs }) => ({
    ...{ job, starred: stars.some((star) => star.job === job), note: 'too "dark", perhaps' },
    ...{ file: outputs[0]?.path ?? null, prompt: input.prompt },
  }));
  return JSON.stringify({ format: 'rcb-picks', version: 1, folder, picks }, null, 2);
}

describe('rcb vary', () => {
  test('makes new jobs of starred ones, linked to their parents, and pays for none twice', async () => {
    await run();
    const [cat, fox, dog] = [line('a'), line('c', 2), line('b')];
    writeFileSync(join(cwd, 'picks.json'), exported([cat, fox], [dog]));
    const varied = await vary('--picks', 'picks.json', '--seeds', '3', 'aspect_ratio=16:9');
    expect(varied.stderr).toContain('6 new jobs of 2 favourites → out/cats');
    expect(varied.code).toBe(0);

    expect(lines()).toHaveLength(12);
    expect(childrenOf(dog)).toEqual([]);
    for (const parent of [cat, fox]) {
      const children = childrenOf(parent);
      expect(children).toHaveLength(3);
      for (const child of children) {
        const { seed, aspect_ratio, ...rest } = child.input;
        const { seed: own, ...inherited } = parent.input;
        expect(rest).toEqual(inherited);
        expect([aspect_ratio, seed === own]).toEqual(['16:9', false]);
        expect(child).toMatchObject({ state: 'done', id: parent.id, tags: parent.tags, rep: 1 });
        expect(child.axes).toEqual({ seed });
        expect(child.rows).toEqual([expect.stringMatching(/^picks\.json:\d+$/)]);
      }
    }
    expect(new Set(lines().map(({ job }) => job)).size).toBe(12);
    expect(
      lines()
        .slice(0, 6)
        .every(({ parent }) => parent === null),
    ).toBe(true);

    const before = paid();
    const again = await vary('--picks', 'picks.json', '--seeds', '3', 'aspect_ratio=16:9');
    expect([again.code, paid()]).toEqual([0, before]);
    expect(again.stderr).toContain('Nothing to do: all 12 jobs in out/cats are done.');
    expect(simulator.census().doubled).toEqual([]);
  });

  test('takes favourites from CSV and by the beginnings of their ids, in the folder that is named', async () => {
    await run();
    const [cat, fox, dog] = [line('a'), line('c'), line('b')];
    const row = ({ job }: ManifestLine, starred: boolean) => `${job},${starred},"a, ""b""",,`;
    const csv = ['job,starred,note,file,prompt', row(cat, true), row(dog, false)].join('\n');
    writeFileSync(join(cwd, 'picks.csv'), csv);
    // The newest folder is another one.
    await rcb(['run', 'prompt=a bird', ...here()], { cwd });
    const words = ['style=realistic,general', 'prompt={{prompt}} by night'];
    const args = ['out/cats', fox.job.slice(0, 9), '--picks', 'picks.csv', ...words];
    expect((await vary(...args)).code).toBe(0);
    expect(childrenOf(cat).map(({ input }) => [input.prompt, input.style, input.seed])).toEqual([
      ['a cat, {asleep} by night', 'realistic', 1],
      ['a cat, {asleep} by night', 'general', 1],
    ]);
    expect(childrenOf(fox).map(({ input, rows }) => [input.prompt, rows])).toEqual([
      ['a fox by night', []],
      ['a fox by night', []],
    ]);
    expect(childrenOf(dog)).toEqual([]);
  });

  test('works without a folder on the one that the picks were made in', async () => {
    await run();
    writeFileSync(join(cwd, 'picks.json'), exported([line('a')]));
    await run('-o', 'out/newer');
    expect((await vary('--picks', 'picks.json', 'seed=9')).code).toBe(0);
    expect([lines().length, manifestOf(join(cwd, 'out/newer')).length]).toEqual([7, 6]);
    writeFileSync(join(cwd, 'picks.json'), exported([line('a')], [], 'out/gone'));
    const lost = await vary('--picks', 'picks.json', 'seed=9');
    expect(lost.code).toBe(64);
    expect(lost.stderr).toContain('picks.json belongs to out/gone, which is not a run folder.');
  });

  test('takes a job that turns out to be there already for that job, and leaves its parent as it is', async () => {
    await run();
    const [one, two] = [line('b', 1), line('b', 2)];
    const before = paid();
    const varied = await vary(one.job, 'seed=1-3');
    expect(varied.code).toBe(0);
    expect(varied.stderr).toContain('1 new job of 1 favourite');
    expect(paid() - before).toBe(1);
    expect(childrenOf(one).map(({ input }) => input.seed)).toEqual([3]);
    expect([line('b', 1).parent, line('b', 2).parent]).toEqual([null, null]);
    // From the child back to what is there: nobody becomes the child of its own child.
    const [three] = childrenOf(one) as [ManifestLine];
    expect((await vary(three.job, 'seed=1,2,4')).code).toBe(0);
    expect(childrenOf(three).map(({ input }) => input.seed)).toEqual([4]);
    expect(line('b', 3).parent).toBe(one.job);
    expect(two.parent).toBeNull();
  });

  test('goes on for generations, from jobs in any state', async () => {
    simulator.setOptions({ failRate: 1 });
    expect((await run()).code).toBe(1);
    simulator.setOptions({ failRate: 0 });
    const failed = line('a');
    expect((await vary(failed.job, '--seeds', '2')).code).toBe(1);
    const [child] = childrenOf(failed) as [ManifestLine];
    expect(child.state).toBe('done');
    expect((await vary(child.job, '--seeds', '2')).code).toBe(1);
    const grandchildren = childrenOf(child);
    expect(grandchildren.map(({ state }) => state)).toEqual(['done', 'done']);
    const seeds = [failed, ...childrenOf(failed), ...grandchildren].map(({ input }) => input.seed);
    expect(new Set(seeds).size).toBe(5);
    expect(line('a').state).toBe('failed');
  });

  test('leaves the plan that it extends as it was: the same run neither drops nor pays for anything', async () => {
    await run();
    await vary(line('a').job, '--seeds', '2');
    const [before, held] = [paid(), lines()];
    const same = await run();
    expect(same.code).toBe(0);
    expect(same.stderr).toContain('Nothing to do: all 8 jobs in out/cats are done.');
    // An edited input is planned anew; what was added by hand stays.
    writeFileSync(join(cwd, 'cats.csv'), 'id,prompt,style,Kind\na,"a cat, {asleep}",anime,pet\n');
    const edited = await run();
    expect(edited.code).toBe(0);
    expect(edited.stderr).toContain('Nothing to do: all 4 jobs in out/cats are done.');
    expect(paid()).toBe(before);
    expect(
      lines()
        .map(({ job, parent }) => [job, parent])
        .sort(),
    ).toEqual(held.map(({ job, parent }) => [job, parent]).sort());
    expect((await rcb(['status', 'out/cats', '--json'], { cwd })).stdout).toContain('"done":4');
  });

  test.each(['run', 'resume', 'vary'])('that was interrupted is finished by rcb %s', async (how) => {
    await run();
    const parent = line('a');
    clock.hold();
    const words = [parent.job, '--seeds', '8', '-j', '2'];
    const left = startRcb(['vary', ...words, '--json', ...poll], { cwd });
    await left.said('"state":"running"');
    left.kill('SIGINT');
    await left.said('Press Ctrl-C again');
    clock.release();
    const ended = await left.ended;
    expect(ended.code).toBe(130);
    expect(ended.stderr).toContain('rcb resume out/cats');
    const states = childrenOf(parent).map(({ state }) => state);
    expect(states).toHaveLength(8);
    expect(states).toContain('pending');
    const goOn = {
      run: run,
      resume: () => rcb(['resume', 'out/cats', ...poll], { cwd }),
      vary: () => vary(...words),
    };
    expect((await goOn[how as keyof typeof goOn]()).code).toBe(0);
    expect(childrenOf(parent).every(({ state }) => state === 'done')).toBe(true);
    expect([paid(), simulator.census().doubled]).toEqual([14, []]);
  });

  test('with --dry-run tells the plan and writes nothing', async () => {
    await run();
    const look = () =>
      filesBelow(dir).map((file) => [file, readFileSync(join(dir, file)).toString('base64')]);
    const [before, accepted] = [look(), paid()];
    const shown = await vary(line('a').job, '--seeds', '3', '-n');
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain('3 new jobs of 1 favourite');
    expect(shown.stdout).toContain('1 favourite × 3 seed = 3 jobs');
    const json = await vary(line('a').job, '--seeds', '3', '-n', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({
      event: 'plan',
      new: 3,
      done: 6,
      favourites: 1,
      variations: 3,
    });
    expect(look()).toEqual(before);
    expect(paid()).toBe(accepted);
  });

  test('asks before it spends, for what is pending in the folder too', async () => {
    await run('--max-cost', '0.01');
    const pending = lines().filter(({ state }) => state === 'pending').length;
    expect(pending).toBeGreaterThan(2);
    const env = { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' };
    const elsewhere = ['--base-url', 'https://api.example.invalid', ...poll];
    const asked = await rcb(['vary', line('a').job, 'seed=11-35', 'style=design', ...elsewhere], {
      cwd,
      env,
    });
    expect(asked.code).toBe(64);
    expect(asked.stderr).toContain(`This submits ${pending + 25} jobs`);
    expect(lines()).toHaveLength(6);
  });

  test('of a rehearsal is a rehearsal, and none is mixed with real results', async () => {
    await rcb(['run', 'prompt=a cat', '--rehearse', '-q', '--no-view', '-o', 'out/cats'], { cwd });
    const rehearsal = join(cwd, 'out/cats-rehearsal');
    const [first] = manifestOf(rehearsal) as [ManifestLine];
    const varied = await rcb(['vary', 'out/cats-rehearsal', first.job, '--seeds', '1', '-q'], { cwd });
    expect(varied.code).toBe(0);
    expect(manifestOf(rehearsal).filter(({ parent }) => parent === first.job)).toHaveLength(1);
    await run();
    const mixed = await vary('out/cats', line('a').job, '--seeds', '2', '--rehearse');
    expect(mixed.code).toBe(64);
    expect(mixed.stderr).toContain('out/cats contains real results');
  });

  test('is refused while another process works on the folder', async () => {
    await run();
    simulator.setOptions({ latency: { kind: 'fixed', ms: 600_000 } });
    const at = startRcb(['vary', line('a').job, '--seeds', '1', '--json', ...poll], { cwd });
    await at.said('"state":"queued"');
    const second = await vary(line('b').job, '--seeds', '1');
    expect(second.code).toBe(73);
    expect(second.stderr).toContain(`in use by process ${at.pid}`);
    at.kill('SIGTERM');
    await at.ended;
    expect(lines()).toHaveLength(7);
  });

  test('with another model knows its price from then on', async () => {
    await run();
    const model = 'google/nano-banana-2/text-to-image';
    const varied = await vary(line('a').job, `model=${model}`);
    expect(varied.code).toBe(0);
    expect(varied.stderr).toContain(`${model} has no input "style"`);
    const [child] = childrenOf(line('a')) as [ManifestLine];
    expect([child.model, child.input]).toEqual([
      model,
      expect.objectContaining({ prompt: 'a cat, {asleep}' }),
    ]);
    const reader = openReader(dir);
    const { prices } = (reader.planRecord() as PlanRecord).settings;
    reader.close();
    expect(prices).toEqual({
      'ideogram/ideogram-v2/generate': null,
      [model]: { usd: 0.06, unit: 'output' },
    });
    const before = paid();
    expect((await run()).stderr).toContain('Nothing to do: all 7 jobs');
    expect(paid()).toBe(before);
  });
});

describe('files that favourites have sent', () => {
  const photo = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );

  test('are those of the run folder, whatever became of the user’s own, and a rerun keeps what was added', async () => {
    writeFileSync(join(cwd, 'a.png'), photo);
    const args = ['prompt=make it night', 'image_url=@a.png', '-o', 'out/cats'];
    const edit = ['run', ...args, '-m', 'blackforestlabs/flux-1-kontext/pro/edit', ...here()];
    expect((await rcb(edit, { cwd })).code).toBe(0);
    const [parent] = lines() as [ManifestLine];
    writeFileSync(join(cwd, 'a.png'), 'no picture any more');
    expect((await vary(parent.job, '--seeds', '2')).code).toBe(0);
    expect(childrenOf(parent).map(({ input, state }) => [input.image_url, state])).toEqual([
      [parent.input.image_url, 'done'],
      [parent.input.image_url, 'done'],
    ]);
    // Such a plan is made anew by each run.
    writeFileSync(join(cwd, 'a.png'), photo);
    expect((await rcb(edit, { cwd })).stderr).toContain('Nothing to do: all 3 jobs in out/cats are done.');
    expect([paid(), simulator.census().doubled]).toEqual([3, []]);
  });
});

describe('what rcb vary refuses', () => {
  test('is told all at once, by file, line and value, before anything happens', async () => {
    await run();
    const { job } = line('a');
    const picks = JSON.parse(exported([line('a'), line('b'), line('c')])) as { picks: { job: string }[] };
    (picks.picks[1] as { job: string }).job = '0123456789abcdef';
    (picks.picks[2] as { job: string }).job = job.slice(0, 8);
    writeFileSync(join(cwd, 'picks.json'), JSON.stringify(picks, null, 2));
    writeFileSync(join(cwd, 'picks.csv'), `job,starred\n${job},true\n1.23E+15,true\n${job},maybe\n`);
    const before = lines();
    const refused = await vary('zzzz', '--picks', 'picks.json', '--picks', 'picks.csv', '--seeds', '2');
    expect(refused.code).toBe(65);
    expect(refused.stderr.trim().split('\n')).toEqual([
      'picks.csv:4:18 starred "maybe" is neither true nor false.',
      'picks.json:14:14 job "0123456789abcdef" is not in out/cats; list its jobs with rcb ls',
      `picks.json:21:14 job "${job.slice(0, 8)}" is not in out/cats; list its jobs with rcb ls`,
      'picks.csv:3:1 job "1.23E+15" is not in out/cats; list its jobs with rcb ls (a spreadsheet turned it into a number)',
      'no job in out/cats has an id that starts with "zzzz"; list them with rcb ls',
      '5 errors',
    ]);
    expect(lines()).toEqual(before);
  });

  const refusals: readonly (readonly [readonly string[], number, string])[] = [
    [['JOB'], 64, 'Nothing to vary'],
    [['--seeds', '2'], 64, 'No favourites given.'],
    [['ffff', '--seeds', '2'], 64, 'no job in out/cats has an id that starts with "ffff"'],
    [['--picks', 'no.json', '--seeds', '2'], 65, 'no.json does not exist'],
    [['--picks', 'none.json', '--seeds', '2'], 65, 'none.json contains no starred job.'],
    [['JOB', 'style=anmie'], 65, 'did you mean "anime"?'],
    [['JOB', 'seed=1-2', '--seeds', '2'], 65, 'both set the seeds'],
    [['out/nowhere', 'JOB', '--seeds', '2'], 64, 'out/nowhere is not a run folder'],
    [['JOB', '--seeds', '2', '--out', 'x'], 64, 'out'],
  ];

  test('is no reason to touch the folder', async () => {
    await run();
    writeFileSync(join(cwd, 'none.json'), exported([], [line('a')]));
    const before = lines();
    for (const [args, code, sentence] of refusals) {
      const refused = await vary(...args.map((arg) => (arg === 'JOB' ? line('a').job : arg)));
      expect([refused.stderr, refused.code]).toEqual([expect.stringContaining(sentence), code]);
    }
    expect(lines()).toEqual(before);
  });
});

test('completion knows rcb vary, and the inputs that it varies', async () => {
  const complete = async (...words: string[]) =>
    (await rcb(['__complete', 'bash', '--', ...words], { cwd })).stdout;
  expect(await complete('va')).toMatch(/^vary\t/m);
  expect(await complete('vary', '--pi')).toMatch(/^--picks\t/m);
  expect(await complete('vary', 'style=an')).toContain('style=anime');
});
