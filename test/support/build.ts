// Builds `dist/` from scratch: what ships, and what the tests of the command line run.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.ts';
import { buildProgram } from './build-program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
const types = ['--declaration', '--emitDeclarationOnly'];
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', root, ...types], {
  stdio: 'inherit',
});
await Promise.all([buildProgram(root), buildPage(root)]);
chmodSync(`${root}dist/main.js`, 0o755);
