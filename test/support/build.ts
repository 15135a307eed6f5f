// Builds `dist/` from scratch: what ships, and what the tests of the command line run.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { buildPage } from './build-page.ts';
import { buildProgram, licencesOf } from './build-program.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
const types = ['--declaration', '--emitDeclarationOnly'];
execFileSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, '-p', root, ...types], {
  stdio: 'inherit',
});
const modules = await Promise.all([buildProgram(root), buildPage(root)]);
writeFileSync(`${root}dist/LICENSES.txt`, licencesOf(modules.flat()));
chmodSync(`${root}dist/main.js`, 0o755);
