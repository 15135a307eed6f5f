import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { type Ended, filesBelow, rcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

const jsonOf = ({ stdout }: Ended) => JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);

describe('rcb pull', () => {
  postgresTest(
    'brings the files of other machines, by the API or from a folder, and says what is gone',
    async () => {
      const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
      const env = { RCB_LEDGER: await databaseForTest() };
      const [here, there] = [workFolder(), workFolder()];
      writeFileSync(join(here, 'cats.csv'), 'prompt\na cat\nan owl\n');
      const api = ['--base-url', simulator.baseUrl];
      const shared = (cwd: string, ...args: readonly string[]) => rcb(args, { cwd, env });
      expect(await shared(here, 'run', 'cats.csv', '--no-view', ...api)).toMatchObject({ code: 0 });
      const files = filesBelow(join(here, 'out/cats')).filter((path) => path.startsWith('files/'));
      expect(files).toHaveLength(2);

      expect(jsonOf(await shared(there, 'status', 'cats', '--json'))).toMatchObject({
        ...{ missing_files: 0, files_elsewhere: [{ jobs: 2, files: 2 }] },
      });
      const view = await shared(there, 'view', 'cats');
      expect(view).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('2 images are not in the folder: rcb pull out/cats'),
      });
      const pulled = await shared(there, 'pull', 'cats', ...api);
      expect(pulled).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('Files of 2 jobs were not in this folder: 2 downloaded again'),
      });
      const bytes = (dir: string) => files.map((path) => readFileSync(join(dir, 'out/cats', path)));
      expect(bytes(there)).toEqual(bytes(here));
      expect(simulator.census()).toMatchObject({ acceptedTotal: 2, doubled: [] });
      const again = await shared(there, 'pull', 'cats', '--json', ...api);
      expect(jsonOf(again)).toMatchObject({ event: 'pulled', files: { jobs_without_files: 0 } });

      const part = workFolder();
      cpSync(join(here, 'out/cats', files[0] as string), join(part, files[0] as string));
      const stopped = await rcb(['pull', 'cats', '--from', part], {
        cwd: workFolder(),
        env: { ...env, RUNCOMFY_API_TOKEN: 'a-token' },
      });
      expect(stopped).toMatchObject({
        code: 64,
        stderr: expect.stringMatching(
          /Files of 2 jobs were not in this folder: 1 copied\.\n.*Your token was not sent there/s,
        ),
      });

      await simulator.close();
      rmSync(join(there, 'out/cats/files'), { recursive: true });
      const copied = await shared(there, 'pull', 'cats', '--from', join(here, 'out'), '--json', ...api);
      expect(jsonOf(copied)).toMatchObject({ files: { copied: 2, downloaded: 0 } });
      expect(bytes(there)).toEqual(bytes(here));

      rmSync(join(there, 'out/cats/files'), { recursive: true });
      const port = Number(new URL(simulator.baseUrl).port);
      const empty = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, port });
      onTestFinished(() => empty.close());
      const gone = await shared(there, 'pull', 'cats', ...api);
      expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining('--from DIR') });
    },
  );
});
