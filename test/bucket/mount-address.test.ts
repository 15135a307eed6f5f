import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { mountOf } from '../../src/bucket/mount/mount-address.ts';
import { placeAddress, placeKey, placeText } from '../../src/bucket/place-address.ts';
import { UserError } from '../../src/core/complaints.ts';

const onWindows = process.platform === 'win32';

describe.skipIf(onWindows)('a folder as the place for files', () => {
  test.each([
    ['/mnt/results/cats', '/mnt/results/cats'],
    [' /mnt/{run}/x{run}/ ', '/mnt/night/xnight'],
    ['/mnt/ü ber/猫#100%?', '/mnt/ü ber/猫#100%?'],
    ['file:///mnt/results/{run}', '/mnt/results/night'],
    ['FILE://localhost/mnt/a/', '/mnt/a'],
    ['file:/mnt/a', '/mnt/a'],
    ['file:///mnt/a%20b%25c', '/mnt/a b%c'],
  ])('is read from %j', (text, folder) => {
    const address = placeAddress(text, 'night');
    expect(address).toEqual({ folder });
    expect(placeText(address)).toBe(pathToFileURL(folder).href);
    expect(placeAddress(placeText(address), 'other')).toEqual({ folder });
    const path = 'files/ä b#1%20?.png';
    expect(placeKey(address, path)).toBe(path);
    expect(placeText(address, path)).toBe(pathToFileURL(join(folder, path)).href);
    expect(mountOf(placeText(address, path), path)).toEqual({ folder });
    expect(mountOf(placeText(address, path), 'files/other.png')).toBeNull();
  });

  test.each([
    ...[
      '',
      'results',
      './results',
      '../x',
      '~/results',
      'C:\\results',
      'smb://nas/x',
      'nfs://nas/x',
      'file:',
    ],
    ...['/', '//', '//nas/x', '/mnt//x', '/mnt/../x', '/mnt/.', '/mnt/...', '/mnt/a\nb', '/mnt/a\u202eb'],
    ...['file:x', 'file:./x', 'file://', 'file:///', 'file://nas/x', 'file:////nas/x', 'file:///mnt/../x'],
    ...['file:///mnt/%2e%2e/x', 'file:///mnt/a%2fb', 'file:///mnt/a%00', 'file:///mnt/%ff', 'file:///a?b'],
    ...['file:///mnt/a#b', 'file://user:hidden@nas/x', `/${'x/'.repeat(600)}`, '/mnt/\ud800'],
  ])('is refused as %j', (text) => {
    expect(() => placeAddress(text, 'run')).toThrow(UserError);
  });

  test('is refused without telling a password in it', () => {
    expect(() => placeAddress('smb://me:hidden@nas/x', 'run')).toThrow(/^The place is neither/);
    expect(() => placeAddress('file://me:hidden@nas/x', 'run')).toThrow(/^The place is not/);
  });

  test.each(['file:///etc/passwd', 's3://cats/files/a.png', '/mnt/files/a.png', 'file:///x/../files/a.png'])(
    'is not what %j names as the place of files/a.png',
    (object) => expect(mountOf(object, 'files/a.png')).toBeNull(),
  );
});
