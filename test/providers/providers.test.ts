import { describe, expect, test } from 'vitest';
import type { Provider } from '../../src/core/provider.ts';
import { compileInputs } from '../../src/plan/models/schema.ts';
import { providers } from '../../src/providers/providers.ts';

describe.each(Object.entries<Provider>(providers))('the provider %s', (name, provider) => {
  test('is called by its own name', () => {
    expect(provider.name).toBe(name);
    expect([null, name]).toContain(provider.nameInJobIds);
  });

  test('has a usual model among those that are built in, or none, and describes those that are built in by standard JSON Schema', () => {
    if (provider.defaultModel !== null) expect(provider.builtIn).toContain(provider.defaultModel);
    for (const model of provider.builtIn) expect(compileInputs(model).doubt).toBeNull();
  });

  test('reads its usual address, and refuses plain http', () => {
    const { usual, parse } = provider.address;
    expect(parse(usual).protocol).toBe('https:');
    expect(() => parse(usual.replace('https:', 'http:'))).toThrow(/must start with https/);
  });

  test('takes no text for a request id that would lead elsewhere in a path', () => {
    for (const text of ['', '.', '..', '../x', 'a/b', 'a b', 7, null]) {
      expect(provider.requestId(text)).toBeNull();
    }
    expect(provider.requestId('req_1')).toBe('req_1');
  });

  test('names domains to download from, and nothing else', () => {
    for (const host of provider.fileHosts) expect(new URL(`https://${host}`).hostname).toBe(host);
  });
});

test('no two providers share a prefix of models, an environment variable or an address', () => {
  const all = Object.values<Provider>(providers);
  for (const each of [
    all.map(({ modelPrefix }) => modelPrefix),
    all.map(({ address }) => address.variable),
    all.map(({ address }) => address.usual),
  ]) {
    expect(new Set(each).size).toBe(all.length);
  }
});

test('only the first provider is left out of job ids: two that are would share them', () => {
  const unnamed = Object.values<Provider>(providers).filter(({ nameInJobIds }) => nameInJobIds === null);
  expect(unnamed).toHaveLength(1);
});
