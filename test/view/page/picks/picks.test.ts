import { expect, test } from 'vitest';
import { picks } from '../../../../src/view/page/picks/picks.ts';

/** A storage as browsers have it, of so many characters. */
function aStorage(room = 10_000): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    clear: () => kept.clear(),
    getItem: (key) => kept.get(key) ?? null,
    key: (index) => [...kept.keys()][index] ?? null,
    removeItem: (key) => void kept.delete(key),
    setItem(key, text) {
      if (key.length + text.length > room) throw new DOMException('full', 'QuotaExceededError');
      kept.set(key, text);
    },
  };
}

const noTabs = { addEventListener() {} } as unknown as EventTarget;

test('stars and notes return when the page is opened again, for that run folder only', () => {
  const storage = aStorage();
  const first = picks('cats', storage, noTabs);
  first.star('a', true);
  first.note('a', 'warm light');
  first.note('__proto__', 'odd');
  expect(picks('cats', storage, noTabs).all()).toEqual([
    { job: 'a', isStarred: true, note: 'warm light' },
    { job: '__proto__', isStarred: false, note: 'odd' },
  ]);
  expect(picks('dogs', storage, noTabs).all()).toEqual([]);
  expect(storage.getItem('rcb.picks.cats')).not.toBeNull();
});

test('a job without a star or note is not a pick', () => {
  const kept = picks('cats', aStorage(), noTabs);
  kept.star('a', true);
  kept.note('a', 'x');
  kept.star('a', false);
  expect(kept.all()).toEqual([{ job: 'a', isStarred: false, note: 'x' }]);
  kept.note('a', '');
  expect(kept.all()).toEqual([]);
  expect(kept.of('a')).toEqual({ job: 'a', isStarred: false, note: '' });
});

test('listeners are called for every change', () => {
  const kept = picks('cats', aStorage(), noTabs);
  let heard = 0;
  kept.onChange(() => {
    heard += 1;
  });
  kept.star('a', true);
  kept.note('a', 'x');
  expect(heard).toBe(2);
});

test('without a storage, stars are lost with the page, which says so', () => {
  const kept = picks('cats', null, noTabs);
  kept.star('a', true);
  expect(kept.of('a').isStarred).toBe(true);
  expect(kept.trouble()).toMatch(/cannot save .* Export/);
});

test('if the storage is full, all stars stay on the page, which says so until there is room again', () => {
  const kept = picks('cats', aStorage(120), noTabs);
  kept.star('a', true);
  expect(kept.trouble()).toBeNull();
  kept.note('b', 'x'.repeat(200));
  kept.star('c', true);
  expect(kept.all().map(({ job }) => job)).toEqual(['a', 'b', 'c']);
  expect(kept.trouble()).toMatch(/cannot save/);
  kept.note('b', '');
  expect(kept.trouble()).toBeNull();
});

test.each(['oops', '[]', '{"a":1}', '{"a":{"starred":1,"note":""}}'])(
  'a text that cannot be read (%s) is set aside, not overwritten',
  (text) => {
    const storage = aStorage();
    storage.setItem('rcb.picks.cats', text);
    const kept = picks('cats', storage, noTabs);
    expect(kept.trouble()).toMatch(/set aside/);
    kept.star('a', true);
    expect(storage.getItem('rcb.picks.cats.unreadable')).toBe(text);
    expect(picks('cats', storage, noTabs).of('a').isStarred).toBe(true);
  },
);

test('a star from another tab is shown, and a new star here does not remove it', () => {
  const [storage, tabs] = [aStorage(), new EventTarget()];
  const [here, there] = [picks('cats', storage, tabs), picks('cats', storage, noTabs)];
  there.star('a', true);
  here.star('b', true);
  expect(here.all().map(({ job }) => job)).toEqual(['a', 'b']);

  there.note('a', 'sharp');
  let heard = 0;
  here.onChange(() => {
    heard += 1;
  });
  const change = { key: 'rcb.picks.cats', newValue: storage.getItem('rcb.picks.cats') };
  tabs.dispatchEvent(Object.assign(new Event('storage'), change));
  expect(here.of('a').note).toBe('sharp');
  tabs.dispatchEvent(Object.assign(new Event('storage'), { key: 'other', newValue: '{}' }));
  expect(heard).toBe(1);
  tabs.dispatchEvent(Object.assign(new Event('storage'), { key: null, newValue: null }));
  expect(here.all()).toEqual([]);
});

test('picks of others are added in one write, and neither side loses a star or a note', () => {
  const storage = aStorage();
  const kept = picks('cats', storage, noTabs);
  kept.note('a', 'mine');
  kept.star('b', true);
  const others = [
    { job: 'a', isStarred: true, note: 'theirs' },
    { job: 'b', isStarred: false, note: '' },
    { job: 'c', isStarred: true, note: '' },
    { job: 'c', isStarred: false, note: 'twice' },
  ];
  expect(kept.merge(others)).toEqual({ stars: 2, notes: 2 });
  expect(kept.merge(others)).toEqual({ stars: 0, notes: 0 });
  expect(picks('cats', storage, noTabs).all()).toEqual([
    { job: 'a', isStarred: true, note: 'mine\ntheirs' },
    { job: 'b', isStarred: true, note: '' },
    { job: 'c', isStarred: true, note: 'twice' },
  ]);
});

test('stars of a link are shown, but stored only when they are kept', () => {
  const storage = aStorage();
  const kept = picks('cats', storage, noTabs);
  kept.star('a', true);
  kept.link(['a', 'b', 'c']);
  expect(kept.linked()).toEqual(['b', 'c']);
  kept.note('b', 'hm');
  kept.star('c', false);
  expect(kept.of('b')).toEqual({ job: 'b', isStarred: true, note: 'hm' });
  expect(kept.of('c').isStarred).toBe(false);
  const stored = () => picks('cats', storage, noTabs).all();
  expect(stored()).toEqual([
    { job: 'a', isStarred: true, note: '' },
    { job: 'b', isStarred: false, note: 'hm' },
  ]);
  kept.keepLinked();
  expect(stored()).toEqual([
    { job: 'a', isStarred: true, note: '' },
    { job: 'b', isStarred: true, note: 'hm' },
  ]);
  kept.link(['d']);
  kept.dropLinked();
  expect(kept.of('d').isStarred).toBe(false);
});
