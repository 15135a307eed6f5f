// One life of a run, which kills itself at the n-th passing of a point, or tells each passing of every point by a line:
// `node killed-run.ts SPEC [POINT N | told]`.
import { flushCompileCache } from 'node:module';
import { composedRun, type RunSpec } from './composed-run.ts';
import { type KillPoint, tellingCoats } from './kill-points.ts';

const [, , text = '', point, n] = process.argv;
let passed = 0;

function pass(here: KillPoint): void {
  if (point === 'told') process.stdout.write(`${here}\n`);
  if (here !== point) return;
  passed += 1;
  // The signal is there before the call returns: nothing of this process happens after it.
  if (passed === Number(n)) process.kill(process.pid, 'SIGKILL');
}

if (point === undefined) flushCompileCache();
process.stdout.write('begun\n');
await composedRun(JSON.parse(text) as RunSpec, tellingCoats(pass));
