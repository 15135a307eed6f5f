import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isJsonObject, type JsonValue } from '../../src/core/json.ts';

test.each<[JsonValue, string]>([
  [null, 'null'],
  [-0, '0'],
  [1e21, '1e+21'],
  ['é"\n\u2028', '"é\\"\\n\u2028"'],
  ['\ud800', '"\\ud800"'],
  [[], '[]'],
  [{}, '{}'],
  [{ b: [1, { d: 1, c: 2 }], a: true }, '{"a":true,"b":[1,{"c":2,"d":1}]}'],
  [{ Z: 1, a: 2, _: 3, é: 4, 10: 5, 9: 6 }, '{"10":5,"9":6,"Z":1,"_":3,"a":2,"é":4}'],
])('the canonical text of %j is %s', (value, text) => {
  expect(canonicalJson(value)).toBe(text);
});

test('canonical JSON reads back as the value it was made from', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      expect(JSON.parse(canonicalJson(value as JsonValue))).toStrictEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('the order of keys does not matter, at any depth', () => {
  const turned = (value: JsonValue): JsonValue => {
    if (Array.isArray(value)) return value.map(turned);
    if (!isJsonObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value)
        .reverse()
        .map(([key, member]) => [key, turned(member)]),
    );
  };
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(canonicalJson(turned(value as JsonValue))).toBe(canonicalJson(value as JsonValue));
    }),
  );
});

test('a key that looks like the prototype is a key like any other', () => {
  const value = JSON.parse('{"__proto__":{"a":1},"b":2}') as JsonValue;
  expect(canonicalJson(value)).toBe('{"__proto__":{"a":1},"b":2}');
});

test('only objects are objects', () => {
  expect([{}, [], null, 'a', 1].map(isJsonObject)).toEqual([true, false, false, false, false]);
});
