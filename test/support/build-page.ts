import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';

/** Bundles the viewer's page into one file, `dist/view/page.html`. Returns the paths of its modules. */
export async function buildPage(root: string): Promise<readonly string[]> {
  const { page, modules } = await pageText(join(root, 'src/view/page'));
  mkdirSync(join(root, 'dist/view'), { recursive: true });
  writeFileSync(join(root, 'dist/view/page.html'), page);
  return modules;
}

/** No request leaves the page, and only its own script runs. */
async function pageText(source: string): Promise<{ page: string; modules: readonly string[] }> {
  const built = (await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      rolldownOptions: { input: join(source, 'main.ts'), output: { format: 'iife' } },
    },
  })) as Rolldown.RolldownOutput;
  let [script, style] = ['', ''];
  for (const part of built.output) {
    if (part.type === 'chunk') script += part.code;
    else style += String(part.source);
  }
  // Neither may end its own element.
  script = script.trim().replaceAll('</script', '<\\/script').replaceAll('<!--', '<\\!--');
  const hash = createHash('sha256').update(script).digest('base64');
  const policy = [
    `default-src 'none'`,
    `script-src 'sha256-${hash}'`,
    `style-src 'unsafe-inline'`,
    `img-src 'self' file: data: blob:`,
    `media-src 'self' file: blob:`,
    `base-uri 'none'`,
    `form-action 'none'`,
  ].join('; ');
  const modules = built.output.flatMap((part) => (part.type === 'chunk' ? part.moduleIds : []));
  const page = readFileSync(join(source, 'page.html'), 'utf8')
    .replace('<!--policy-->', () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('/*style*/', () => style.trim().replaceAll('</style', '<\\/style'))
    .replace('/*script*/', () => script);
  return { page, modules };
}
