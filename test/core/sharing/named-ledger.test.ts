import { describe, expect, test } from 'vitest';
import { namedLedger, withoutPassword, withoutPasswords } from '../../../src/core/sharing/named-ledger.ts';

describe('the address of a ledger', () => {
  test.each([
    ['postgres://ledger.example/rcb', 'postgres://ledger.example/rcb'],
    ['postgresql://me@ledger.example:5433/rcb?sslmode=verify-full', null],
    ['postgres:///rcb', null],
    ['postgres://me:secret@ledger.example/rcb', 'postgres://me@ledger.example/rcb'],
    ['postgres://me:p@ss/w:d@ledger.example/rcb', 'postgres://me@ledger.example/rcb'],
    ['postgres://ledger.example/rcb?password=secret&user=me', 'postgres://ledger.example/rcb?user=me'],
    ['postgres://ledger.example/rcb?user=me&password=secret', 'postgres://ledger.example/rcb?user=me'],
    ['postgres://ledger.example/rcb?password=secret', 'postgres://ledger.example/rcb'],
  ])('%s is shown without a password', (given, shown) => {
    const address = namedLedger(given, '--ledger');
    expect(address).toMatchObject({
      href: given,
      shown: shown ?? given,
      hasPassword: (shown ?? given) !== given,
    });
  });

  test.each(['none', '', '  '])('may be left out: %j', (given) => {
    expect(namedLedger(given, 'RCB_LEDGER')).toBeNull();
  });

  test.each(['mysql://me:hunter22@h/db', 'ledger.example', 'postgres://h/a b'])(
    'is refused where it cannot be one, without a password: %s',
    (given) => {
      expect(() => namedLedger(given, '--ledger')).toThrow(/^--ledger /);
      expect(() => namedLedger(given, '--ledger')).not.toThrow(/hunter22/);
    },
  );
});

test('passwords are taken out of any text, also decoded and beside their address', () => {
  const clean = withoutPasswords(['postgres://me:p%40ss%20word@h/db', 'postgres://h/db?password=other-one']);
  expect(clean('no p@ss word, no p%40ss%20word, no other-one: postgres://me:p%40ss%20word@h/db')).toBe(
    'no …, no …, no …: postgres://me@h/db',
  );
  expect(withoutPassword('--ledger=postgres://a:b@h/db')).toBe('--ledger=postgres://a@h/db');
  expect(withoutPassword('a cat: postgres is a database')).toBe('a cat: postgres is a database');
});
