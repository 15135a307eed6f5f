import { builtinModules, createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { Plugin } from 'rolldown';

/** yargs lays out no help here, looks for no package.json and needs neither the width of a text nor its language. */
const unusedByYargs: Readonly<Record<string, string>> = {
  cliui: `export default () => ({ div() {}, span() {}, toString: () => '' });`,
  'escalade/sync': 'export default () => undefined;',
  'string-width': 'export default (text) => text.length;',
};

/** The sockets alone. Whole, undici runs `fetch`, web sockets, mocks and caches too: two thirds of its loading. */
const undici = `
Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'));
exports.Agent = require('./lib/dispatcher/agent');
Object.defineProperty(exports, 'Pool', { enumerable: true, get: () => require('./lib/dispatcher/pool') });
Object.defineProperty(exports, 'EnvHttpProxyAgent', {
  enumerable: true,
  get: () => require('./lib/dispatcher/env-http-proxy-agent'),
});
`;

/** HTTP/2, which only a proxy could ask for, is loaded when one does. */
const http2 = {
  now: `const connectH2 = require('./client-h2.js')`,
  late: `const connectH2 = (client, socket) => require('./client-h2.js')(client, socket)`,
};

/** What our own files load when they need it: bundled with them, and run no earlier. */
const lateRequire = /createRequire\(import\.meta\.url\)\(('ajv[^']*')\)/g;

/** Leaves out of packages what this program never runs, where that takes long to load. Throws where they have changed. */
export function usedParts(): Plugin {
  return {
    name: 'used-parts',
    resolveId: (id, importer) =>
      importer !== undefined && /[\\/]yargs[\\/]lib[\\/]/.test(importer) && id in unusedByYargs
        ? `\0${id}`
        : null,
    load(id) {
      if (id.startsWith('\0') && id.slice(1) in unusedByYargs) return unusedByYargs[id.slice(1)];
      return /[\\/]node_modules[\\/]undici[\\/]index\.js$/.test(id) ? undici : null;
    },
    transform(code, id) {
      if (/[\\/]src[\\/]/.test(id) && id.endsWith('.ts')) return code.replace(lateRequire, 'require($1)');
      if (!/[\\/]undici[\\/]lib[\\/]dispatcher[\\/]client\.js$/.test(id)) return null;
      if (!code.includes(http2.now)) throw new Error('undici loads HTTP/2 in another way.');
      return code.replace(http2.now, http2.late);
    },
  };
}

const builtInImport = /^import (?:([\w$]+)(?:, )?)?(?:\{([^}]*)\}|\* as ([\w$]+))? ?from "(node:[\w/]+)";$/gm;

/** Take milliseconds each; that is time for nothing where a command never calls them. */
const slowBuiltIns = ['child_process', 'crypto', 'fs/promises', 'http', 'readline/promises', 'zlib'].map(
  (name) => `node:${name}`,
);

/**
 * Takes modules of Node as they are. An import has Node make a list of all that they export, which calls every getter:
 * `node:http` then loads `fetch` with all that belongs to it, which takes 40 ms, and `node:fs` its promises (4 ms).
 * Functions of slow ones are looked up when they are first called.
 */
export function builtInsThemselves(): Plugin {
  return {
    name: 'built-ins-themselves',
    resolveId: (id) => (builtinModules.includes(id) ? { id: `node:${id}`, external: true } : null),
    renderChunk(code, { name }) {
      // It must be understood by a Node that is too old for this.
      if (name === 'main') return null;
      return code.replace(builtInImport, (_, itself?: string, named?: string, all?: string, from = '') => {
        const get = `globalThis.process.getBuiltinModule("${from}")`;
        const whole = [itself, all].flatMap((variable) => variable ?? []);
        const names = (named ?? '').split(',').flatMap((each) => each.trim() || []);
        const pairs = names
          .map((each) => each.split(' as '))
          .map(([there = '', here = there]) => ({ there, here }));
        const now = pairs
          .filter(({ there }) => !isLate(from, there))
          .map(({ there, here }) => `${there}: ${here}`);
        const late = pairs.filter(({ there }) => isLate(from, there));
        return [
          ...whole.map((variable) => `const ${variable} = ${get};`),
          ...(now.length > 0 ? [`const { ${now.join(', ')} } = ${get};`] : []),
          ...late.map(({ there, here }) => `let ${here} = (...all) => (${here} = ${get}.${there})(...all);`),
        ].join('\n');
      });
    },
  };
}

/** Plain functions: not classes, and not what `promisify` knows more about. */
function isLate(from: string, name: string): boolean {
  if (!slowBuiltIns.includes(from) || !/^[a-z]/.test(name)) return false;
  const value: unknown = createRequire(import.meta.url)(from)[name];
  return typeof value === 'function' && !(promisify.custom in value);
}
