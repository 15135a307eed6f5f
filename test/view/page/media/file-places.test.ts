import { expect, test } from 'vitest';
import { placeOf } from '../../../../src/view/page/media/media-element.ts';

test.each([
  ['file:///home/jo/out/p%2060/index.html#view=wall', '/home/jo/out/p 60/files/a #1.png'],
  ['file:///C:/Users/jo/out/index.html', 'C:\\Users\\jo\\out\\files\\a #1.png'],
  ['file://server/share/out/index.html', '\\\\server\\share\\out\\files\\a #1.png'],
  ['http://127.0.0.1:8000/out/index.html', 'files/a #1.png'],
  ['file:///tmp/%ff/index.html', 'files/a #1.png'],
])('of a page at %s a file is at %s', (page, place) => {
  expect(placeOf('files/a #1.png', page)).toBe(place);
});
