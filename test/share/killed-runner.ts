// One life of a runner of a shared run, which kills itself at the n-th passing of a point, or goes on to the end of the
// run: `node killed-runner.ts SPEC SHARED [POINT N]`.
import { flushCompileCache } from 'node:module';
import { composedRun, type RunSpec } from '../kill/composed-run.ts';
import { tellingCoats } from '../kill/kill-points.ts';
import { type SharedSpec, sharedLife } from './shared-life.ts';
import { type AnyPoint, tellingMirror, tellingShared } from './sharing-points.ts';

const [, , spec = '', shared = '', point, n] = process.argv;
let passed = 0;

function pass(here: AnyPoint): void {
  if (here !== point) return;
  passed += 1;
  // The signal is there before the call returns: nothing of this process happens after it.
  if (passed === Number(n)) process.kill(process.pid, 'SIGKILL');
}

if (point === undefined) flushCompileCache();
const life = await sharedLife(JSON.parse(shared) as SharedSpec, {
  shared: (inner) => tellingShared(inner, pass),
  mirror: (inner) => tellingMirror(inner, pass),
});
process.stdout.write('begun\n');
await composedRun(JSON.parse(spec) as RunSpec, tellingCoats(pass), () => {}, life);
