import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Rolldown } from 'vite';

/** Bundles the viewer's page into one file, `dist/view/page.html`. */
export async function buildPage(root: string): Promise<void> {
  const page = await pageText(root, join(root, 'src/view/page/main.ts'));
  mkdirSync(join(root, 'dist/view'), { recursive: true });
  writeFileSync(join(root, 'dist/view/page.html'), page);
}

/** The page with another script as its entry: no request leaves it, and only its own script runs. */
export async function pageText(root: string, entry: string): Promise<string> {
  const source = join(root, 'src/view/page');
  const built = (await build({
    root: source,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      cssCodeSplit: false,
      rolldownOptions: { input: entry, output: { format: 'iife' } },
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
  return readFileSync(join(source, 'page.html'), 'utf8')
    .replace('<!--policy-->', () => `<meta http-equiv="Content-Security-Policy" content="${policy}">`)
    .replace('/*style*/', () => style.trim().replaceAll('</style', '<\\/style'))
    .replace('/*script*/', () => script);
}
