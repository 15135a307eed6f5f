import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';

let cwd: string;
beforeEach(() => {
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\n');
});

type Json = Readonly<Record<string, unknown>>;

function put(path: string, ...lines: readonly string[]): void {
  mkdirSync(join(cwd, path, '..'), { recursive: true });
  writeFileSync(join(cwd, path), `${lines.join('\n')}\n`);
}

const own = '.config/runcomfy-batch/config.toml';

interface Row {
  readonly key: string;
  readonly value: string | null;
  readonly source: string;
  readonly from: string | null;
}

/** The settings that are not built in, each as `key=value from`. */
async function settings(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  const { code, stdout, stderr } = await rcb(['config', ...args, '--json'], { cwd, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { settings: rows } = JSON.parse(stdout) as { readonly settings: readonly Row[] };
  return rows
    .filter(({ source }) => source !== 'built-in')
    .map(({ key, value, from }) => `${key}=${value} ${from?.replace(cwd, '~')}`);
}

async function plan(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Promise<Json> {
  const { code, stdout, stderr } = await rcb(['plan', ...args, '--json'], { cwd, env });
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return JSON.parse(stdout) as Json;
}

describe('settings of a file', () => {
  test('hold where no option, row, axis or sweep says otherwise', async () => {
    put('rcb.toml', 'seeds = 2', 'max_cost = 3', 'name = "{slug}-x{_i}.{ext}"');
    expect(await plan(['cats.csv'])).toMatchObject({ jobs: 4, max_cost: 3 });
    expect(await plan(['cats.csv', '--seeds', '3', '--max-cost', '9'])).toMatchObject({
      jobs: 6,
      max_cost: 9,
    });
    // Seeds that are an axis are those that the user means.
    expect(await plan(['cats.csv', 'seed=7'])).toMatchObject({ jobs: 2 });
    put('cats.yaml', 'input: cats.csv', 'limits: {max_cost: 5}', 'axes: {seed: 1-5}');
    expect(await plan(['cats.yaml'])).toMatchObject({ jobs: 10, max_cost: 5 });
    const { samples } = (await plan(['cats.csv'])) as {
      readonly samples: readonly { readonly file: string }[];
    };
    expect(samples[0]?.file).toContain('a-cat-x');
  });

  test('are looked for beside the input, else in the working folder, and nowhere above', async () => {
    put('jobs/deep/dogs.csv', 'prompt', 'a dog');
    put('rcb.toml', 'repeat = 2');
    put('jobs/rcb.toml', 'repeat = 3');
    expect(await plan(['jobs/deep/dogs.csv'])).toMatchObject({ jobs: 2 });
    put('jobs/deep/rcb.toml', 'repeat = 4');
    expect(await plan(['jobs/deep/dogs.csv'])).toMatchObject({ jobs: 4 });
    for (const input of ['jobs/deep', 'jobs/deep/*.csv']) {
      expect(await plan([input])).toMatchObject({ jobs: 4 });
    }
    expect(await plan(['prompt=a cat'])).toMatchObject({ jobs: 2 });
  });

  test('are the profile first, then the project, then the user, and each says where it comes from', async () => {
    put(own, 'rpm = 10', 'downloads = 2', 'max_cost = 1', '[profiles.client]', 'rpm = 30', 'poll_rps = 5');
    put('rcb.toml', 'rpm = 20', 'max_cost = 2', '', '[profiles.client]', 'max_cost = 4');
    expect(await settings()).toEqual([
      'max_cost=2 rcb.toml:2',
      'rpm=20 rcb.toml:1',
      `downloads=2 ~/${own}:2`,
    ]);
    const client = [
      'max_cost=4 rcb.toml:5',
      `rpm=30 ~/${own}:5`,
      `downloads=2 ~/${own}:2`,
      `poll_rps=5 ~/${own}:6`,
    ];
    expect(await settings(['--profile', 'client'])).toEqual(client);
    expect(await settings([], { RCB_PROFILE: 'client' })).toEqual(client);
    expect(await settings(['--rpm', '40'])).toContain('rpm=40 --rpm');
    expect(await settings([], { RCB_MAX_COST: '7' })).toContain(
      'RCB_MAX_COST=7 RCB_MAX_COST, above every max_cost',
    );
    const unknown = await rcb(['plan', 'cats.csv', '--profile', 'cleint'], { cwd });
    expect(unknown).toMatchObject({ code: 64, stderr: expect.stringContaining('Did you mean "client"?') });
  });

  test('reach commands without flags and those that continue a folder', async () => {
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, priceUsd: 0.08 });
    onTestFinished(() => simulator.close());
    put(own, `base_url = "${simulator.baseUrl}"`, 'view = false');
    put('rcb.toml', 'max_cost = 0.08');
    const run = await rcb(['run', 'cats.csv'], { cwd });
    expect(run).toMatchObject({
      code: 75,
      stderr: expect.stringContaining('Settings from rcb.toml: max_cost.'),
    });
    expect(manifestOf(join(cwd, 'out/cats')).filter(({ state }) => state === 'done')).toHaveLength(1);
    expect((await rcb(['resume'], { cwd })).code).toBe(75);
    put('rcb.toml', 'max_cost = 1');
    expect((await rcb(['resume'], { cwd })).code).toBe(0);
  });

  test('of a profile are named again by the commands that continue a folder, and completed by the shell', async () => {
    put('rcb.toml', '[profiles.client]', 'max_cost = 0.08', '[profiles.clone]');
    const words = await rcb(['__complete', 'bash', '--', 'run', 'cats.csv', '--profile', 'cli'], { cwd });
    expect(words.stdout).toBe('client\ta profile\n');
    const glued = await rcb(['__complete', 'bash', '--', 'resume', '--profile='], { cwd });
    expect(glued.stdout).toBe('--profile=client\ta profile\n--profile=clone\ta profile\n');
    const run = await rcb(['run', 'cats.csv', '--rehearse', '--no-view', '--profile', 'client'], { cwd });
    expect(run.code).toBe(75);
    const [resumed] = /rcb resume .*/.exec(
      (await rcb(['resume', 'out/cats-rehearsal', '--profile', 'client'], { cwd })).stderr,
    ) ?? [''];
    expect(resumed).toBe('rcb resume out/cats-rehearsal --profile client');
  });

  test('leave rows their own seeds', async () => {
    put('rcb.toml', 'seeds = 3');
    put('own.csv', 'prompt,seed', 'a cat,11', 'a dog,12');
    expect(await plan(['own.csv'])).toMatchObject({ jobs: 2 });
  });

  test('name a run folder for each input, inside the project', async () => {
    put('jobs/dogs.csv', 'prompt', 'a dog');
    put('jobs/rcb.toml', 'out = "results/{input}"');
    expect(await plan(['jobs/dogs.csv'])).toMatchObject({ dir: 'jobs/results/dogs' });
    expect(await plan(['jobs/dogs.csv', '-o', 'here'])).toMatchObject({ dir: 'here' });
  });
});

describe('a mistake in a file', () => {
  test.each([
    ['max_cots = 5', '1:1: unknown key "max_cots". Did you mean max_cost?'],
    ['no_view = true', '1:1: unknown key "no_view". Write view = false.'],
    ['token = "abc"', '1:1: there is no key "token": settings hold no token. Store it with rcb login.'],
    ['max_cost = "5,00"', '1:12: max_cost "5,00" is not a number. Write max_cost = 5.00.'],
    ['max_cost = true', '1:12: max_cost true is not a number or a text. Write max_cost = "USD".'],
    ['\n  max_duration = "8x"', '2:18: max_duration "8x" is not a duration such as 90s, 30m or 8h.'],
    ['concurrency = 0', '1:15: concurrency "0" is not a whole number of at least 1, or auto.'],
    ['rpm = 1.5', '1:7: rpm "1.5" is not a whole number of at least 1.'],
    ['retries = 1e3\nrpm = [1]', '2:7: rpm […] is not a number or a text.'],
    ['order = "bredth"', '1:9: order "bredth" is not one of breadth, depth. Did you mean "breadth"?'],
    ['view = "no"', '1:8: view "no" is not true or false. Write view = false.'],
    ['model = 5', '1:9: model 5 is not a text.'],
    ['model = ""', '1:9: model "" is not a text.'],
    ['map = "Text"', '1:7: map "Text" is not of the form COLUMN=input.'],
    ['max_failures = 2026-01-01', '1:16: max_failures 2026-01-01 is not a number or a text.'],
    ['x = {}', '1:1: unknown key "x".'],
    ['[limits]\nrpm = 5', '1:2: unknown key "limits".'],
    [
      '[profiles.a]\nrpm = 5\n["profiles"."b c"]\n"max-cost" = "x"',
      '4:14: max_cost "x" is not an amount in dollars.',
    ],
    ['profiles = 5', '1:12: a profile is a table.'],
    ['rpm = ', '1:7: this is not TOML:'],
    ['name = """\nmax_cots = 1\n"""\nrmp = 5', '4:1: unknown key "rmp". Did you mean rpm?'],
    ['__proto__ = 5', '1:1: unknown key "__proto__".'],
    ['"a\\u001b[31m" = 5', '1:1: unknown key "a'],
    ['yes = true', '1:1: yes cannot be set in a file.'],
    ['this_account = true', '1:1: this_account cannot be set in a file.'],
    [
      'base_url = "https://evil.example"',
      '1:1: base_url cannot be set in a file beside the prompts, which somebody else may have made. Give --base-url, or set it in your own file, /',
    ],
    ['allow_host = ["evil.example"]', '1:1: allow_host cannot be set in a file beside the prompts'],
    ['token_file = "t"', '1:1: token_file cannot be set in a file beside the prompts'],
    ['on_unknown = "resubmit"', '1:1: on_unknown cannot be set in a file beside the prompts'],
    ['notify_cmd = "touch /tmp/x"', '1:1: notify_cmd cannot be set in a file beside the prompts'],
    ['[profiles.x]\nbase_url = "https://evil.example"', '2:1: base_url cannot be set in a file beside'],
    ['out = "../elsewhere"', '1:7: out "../elsewhere" leaves the folder of rcb.toml'],
    ['out = "a/../../b"', '1:7: out "a/../../b" leaves the folder'],
    ['out = "/tmp/x"', '1:7: out "/tmp/x" leaves the folder'],
    ['out = "~/x"', '1:7: out "~/x" leaves the folder'],
    ['out = "away/x"', '1:7: out "away/x" leaves the folder'],
    ['schema = "/etc/passwd"', '1:10: schema "/etc/passwd" leaves the folder'],
  ])('%j is named with its place and what to write', async (text, expected) => {
    put('rcb.toml', text);
    symlinkSync('/tmp', join(cwd, 'away'));
    const { code, stderr } = await rcb(['plan', 'cats.csv'], { cwd });
    const said = stderr.replaceAll(/\s+/g, ' ').trim();
    expect({ code, said }).toEqual({ code: 65, said: expect.stringContaining(`rcb: rcb.toml:${expected}`) });
    expect(stderr).not.toContain('\u001b[31m"');
  });

  test("is also found in the user's own file, where more may be set, though no order that costs", async () => {
    put(
      own,
      'base_url = "http://127.0.0.1:9"',
      'allow_host = ["a.example"]',
      'token_file = "t"',
      'on_unknown = "hold"',
    );
    put('.config/runcomfy-batch/t', 'tok-7d1fa9c2e8b34f60');
    expect(await settings()).toEqual([
      `on_unknown=hold ~/${own}:4`,
      `allow_host=a.example ~/${own}:2`,
      `token_file=${join(cwd, '.config/runcomfy-batch/t')} ~/${own}:3`,
      `base_url=http://127.0.0.1:9 ~/${own}:1`,
      'token=not shown ~/.config/runcomfy-batch/t',
    ]);
    put(own, 'yes = true');
    expect((await rcb(['plan', 'cats.csv'], { cwd })).code).toBe(65);
  });

  test('is a folder, a huge file or a second file of the user in the place of one', async () => {
    mkdirSync(join(cwd, 'rcb.toml'));
    expect(await rcb(['plan', 'cats.csv'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('is not a file'),
    });
    put('jobs/cats.csv', 'prompt', 'a');
    put('jobs/rcb.toml', '#'.repeat(2 << 20));
    expect(await rcb(['plan', 'jobs/cats.csv'], { cwd })).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('larger than'),
    });
    put(own, 'rpm = 5');
    put(own.replace('config.toml', 'rcb.toml'), 'rpm = 6');
    put('jobs/rcb.toml', '');
    expect(await rcb(['plan', 'jobs/cats.csv'], { cwd })).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('two files'),
    });
  });
});
