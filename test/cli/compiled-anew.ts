// Preloaded into the program by a test, with Node's --expose-internals: at its end it says on stderr how many of Node's
// own modules had to be compiled, though Node brings them compiled.
import { createRequire } from 'node:module';

interface Internals {
  internalBinding(name: 'builtins'): {
    getCacheUsage(): { readonly compiledWithCache: Set<string>; readonly compiledWithoutCache: Set<string> };
  };
}

const { internalBinding } = createRequire(import.meta.url)('internal/test/binding') as Internals;
process.on('exit', () => {
  const { compiledWithCache, compiledWithoutCache } = internalBinding('builtins').getCacheUsage();
  const [taken, compiled] = [compiledWithCache, compiledWithoutCache].map(({ size }) => size);
  process.stderr.write(`${JSON.stringify({ taken, compiled })}\n`);
});
