// Bundles the program and the library into a few chunks. As whole processes in turn, `rcb plan` of 100 rows took 452 ms
// of processor time with the 300 files that `tsc` writes and the 250 files of ajv, csv-parse and others behind them; 388
// with our own files bundled, 347 with the packages too, and 250 once the modules of Node are taken as below. So the
// packages are bundled. They stay dependencies: the sources run without this, and what audits an installation looks
// there. What a command alone needs stays behind its `import()`; what it loads at once is a layer below.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OutputChunk, rolldown } from 'rolldown';
import { builtInsThemselves, usedParts } from './bundled-packages.ts';

/** Chunks by the modules that bring them about, each with all that it imports and no layer above it has. */
const layers = {
  base: /[\\/](?:app[\\/]compiled-program|core[\\/]complaints|files[\\/]plain-files)\.ts$/,
  disk: /[\\/]files[\\/]held-files\.ts$/,
  help: /[\\/](?:cli[\\/](?:exit|argv[\\/](?:help|plain-call)|config[\\/]configured)|app[\\/]version)\.ts$/,
  status: /[\\/]commands[\\/]status-command\.ts$/,
  plan: /[\\/]commands[\\/]plan-command\.ts$/,
  planning: /[\\/]app[\\/]planning[\\/]planning\.ts$/,
  http: /[\\/](?:http[\\/](?:connections|exchange)|runcomfy[\\/](?:catalogue|client|refused-submissions))\.ts$/,
  run: /[\\/]commands[\\/]run-command\.ts$/,
  work: /[\\/]app[\\/]running[\\/]work\.ts$/,
  display: /[\\/]node_modules[\\/]log-update[\\/]/,
  argv: /[\\/]cli[\\/]argv[\\/]argv\.ts$/,
} as const satisfies Readonly<Record<string, RegExp>>;

export async function buildProgram(root: string): Promise<readonly string[]> {
  const source = (path: string): string => join(root, 'src', path);
  const bundle = await rolldown({
    cwd: root,
    platform: 'node',
    input: {
      main: source('main.ts'),
      index: source('index.ts'),
      'cli/program': source('cli/program.ts'),
      // Beside the chunk that starts it as a thread.
      'chunks/file-thread': source('store/files/file-thread.ts'),
    },
    external: /^(?:node:.*|sharp)$/,
    plugins: [usedParts(), builtInsThemselves()],
    logLevel: 'warn',
    checks: { pluginTimings: false },
  });
  const { output } = await bundle.write({
    dir: join(root, 'dist'),
    format: 'esm',
    entryFileNames: '[name].js',
    // As deep as the sources that look for a file beside the program. Without a hash, so that what Node has kept of a
    // former version gives way to the present one.
    chunkFileNames: 'chunks/[name].js',
    comments: { legal: true, annotation: false, jsdoc: false },
    codeSplitting: {
      groups: Object.entries(layers).map(([name, test], n) => ({ name, test, priority: 99 - n })),
    },
  });
  await bundle.close();
  const chunks = output.filter((part) => part.type === 'chunk');
  checkDepth(chunks);
  return chunks.flatMap(({ moduleIds }) => moduleIds);
}

/** What finds files from where it lies itself, as two folders below the package, must not move up. */
function checkDepth(chunks: readonly OutputChunk[]): void {
  for (const { fileName, code, name } of chunks) {
    if (!fileName.includes('/') && name !== 'main' && code.includes('import.meta')) {
      throw new Error(`dist/${fileName} would look for files in the wrong folder.`);
    }
  }
}

/** The licences of all packages that these modules are from, as they ask for. */
export function licencesOf(moduleIds: readonly string[]): string {
  const folders = moduleIds.flatMap(
    (id) => /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(id)?.[0] ?? [],
  );
  const texts = [...new Set(folders)].map((folder) => {
    const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
    const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
    const text =
      file === undefined
        ? `License: ${about.license}, by ${about.author}`
        : readFileSync(join(folder, file), 'utf8');
    return `${about.name} ${about.version}\n\n${text.trim()}\n`;
  });
  return texts.sort().join(`\n${'-'.repeat(78)}\n\n`);
}
