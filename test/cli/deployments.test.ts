import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../support/command-line.ts';
import { aWorkflow } from '../support/deployments-api.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const disabled = 'deployment:44444444-4444-4444-8444-444444444444';
const untold = 'deployment:55555555-5555-4555-8555-555555555555';

const asked = (args: readonly string[], cwd: string = workFolder()): ReturnType<typeof rcb> =>
  rcb([...args, '--base-url', simulator.baseUrl], { cwd });

test('deployments are listed as models are, and apart from those of the catalogue', async () => {
  const { stdout } = await asked(['models', '--deployments']);
  expect(stdout).toContain(`${poster}\tdeployment\t$2.50 per machine hour\tposter\n`);
  expect(stdout).toMatch(/retired \(disabled\)/);
  expect(stdout).not.toContain('ideogram');
  expect((await asked(['models', '--deployments', 'POSTER'])).stdout.split('\n')).toHaveLength(2);
  const none = await asked(['models', '--deployments', 'zzz']);
  expect(none).toMatchObject({ code: 0, stdout: '', stderr: 'No deployment matches "zzz".\n' });
  expect((await asked(['models'])).stdout).not.toContain('deployment:');
});

test('the inputs of a deployment are shown with their other names, those that are linked at the end', async () => {
  const { stdout } = await asked(['schema', poster]);
  expect(stdout).toMatch(/6\.text +string, default .*\n +also Positive prompt\.text\n/);
  expect(stdout).toMatch(/31\.seed +integer from 0 .*\n +also KSampler\.seed\n/);
  expect(stdout).toMatch(/linked; set it as 31\.model!\n(.*\n)? +Linked to node \d+ \(\w+\), output 1\.\n/);
  expect(stdout.indexOf('linked;')).toBeGreaterThan(stdout.indexOf('31.seed'));
});

test('a deployment that is disabled, unknown or silent about its workflow says what to do', async () => {
  expect(await asked(['schema', disabled])).toMatchObject({
    code: 65,
    stderr: expect.stringMatching(/is disabled\.\n +Enable it/),
  });
  expect(await asked(['schema', 'deployment:nope'])).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('rcb models --deployments SEARCH'),
  });
  expect((await asked(['schema', untold])).stdout).toContain(`rcb schema ${untold} --workflow`);
});

test('a workflow file describes a deployment in its place', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'workflow_api.json'), JSON.stringify(aWorkflow));
  writeFileSync(join(cwd, 'page.json'), '{"nodes": [], "links": []}');
  const shown = await rcb(['schema', untold, '--workflow', 'workflow_api.json'], { cwd });
  expect(shown.stdout).toContain('also Positive prompt.text');
  writeFileSync(join(cwd, 'p.csv'), '6.text,3.seed\na fox,7\n');
  const doubted = await asked(['plan', 'p.csv', '-m', untold], cwd);
  expect(`${doubted.stdout}${doubted.stderr}`).toMatch(
    /nothing is\s+checked\.\s+Give its\s+workflow\s+with\s+--workflow FILE/,
  );
  const planned = await asked(['plan', 'p.csv', '-m', untold, '--workflow', 'workflow_api.json'], cwd);
  // What the API knows of it besides its inputs still holds.
  expect(planned.stdout).toContain('per machine hour');
  expect(planned).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('{"3.seed":7,"6.text":"a fox"}'),
  });
  expect(await rcb(['schema', untold, '--workflow', 'page.json'], { cwd })).toMatchObject({
    code: 65,
    stderr: expect.stringMatching(/form of .*\n +Export it .*Export \(API\)/),
  });
});

test('a workflow is for a deployment alone, and not beside a schema', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'w.json'), JSON.stringify(aWorkflow));
  const ofOther = await asked(['plan', 'prompt=a', '--workflow', 'w.json'], cwd);
  expect(ofOther).toMatchObject({ code: 64, stderr: expect.stringContaining('-m deployment:ID') });
  const both = await asked(['schema', poster, '--workflow', 'w.json', '--schema', 'w.json'], cwd);
  expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('Give one of the two.') });
});

test('files are named by node and index, and never like those of another job', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'p.csv'), '6.text,5.batch_size\ncat,2\ncat 9 1,1\n');
  const args = ['-m', poster, '--name', '{slug}', '--out', 'o', '--yes', '--no-view'];
  expect(await asked(['run', 'p.csv', ...args], cwd)).toMatchObject({ code: 0 });
  const files = readdirSync(join(cwd, 'o', 'files')).sort();
  expect(files).toEqual([
    'cat-9-1.png',
    expect.stringMatching(/^cat-[0-9a-f]{8}-9-1\.png$/),
    expect.stringMatching(/^cat-[0-9a-f]{8}-9-2\.png$/),
  ]);
  const again = await asked(
    ['run', 'p.csv', ...args.slice(0, 4), '--out', 'p', '--reuse', 'o', '--yes', '--no-view'],
    cwd,
  );
  expect(again.code).toBe(0);
  expect(readdirSync(join(cwd, 'p', 'files')).sort()).toEqual(files);
});

test('a bare id of a deployment is told by its whole name', async () => {
  const { stderr } = await asked(['plan', 'prompt=a', '-m', '11111111-1111-4111-8111-111111111111']);
  expect(stderr).toContain('did you mean "deployment:11111111-1111-4111-8111-111111111111"?');
});

test('a variation reads the inputs from the same workflow file as its folder', async () => {
  const cwd = workFolder();
  copyFileSync(new URL('../../jobs/workflow_api.json', import.meta.url), join(cwd, 'w.json'));
  const run = ['run', '-m', untold, '6.text=a fox', 'KSampler.seed=7', '--workflow', 'w.json', '--out', 'o'];
  expect(await asked([...run, '--yes', '--no-view'], cwd)).toMatchObject({ code: 0 });
  const line = readFileSync(join(cwd, 'o', 'manifest.jsonl'), 'utf8').split('\n')[0] ?? '';
  const { job } = JSON.parse(line) as { job: string };
  const varied = await asked(['vary', 'o', job, 'KSampler.seed=9', '--dry-run'], cwd);
  expect(varied).toMatchObject({ code: 0, stdout: expect.stringMatching(/"(KSampler|31)\.seed":9/) });
});
