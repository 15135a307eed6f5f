import { describe, expect, it } from 'vitest';
import { plain, read, readPieces, spot } from './reading-inputs.ts';

describe('a text of prompts', () => {
  it('is one prompt per line, without blank lines, comments and the white space around', async () => {
    const { rows, problems } = await read(
      '\ufeffa cat, red\r\n\r\n# later\r\n\t a "dog"  \r# x\n\\#1 fan',
      'txt',
    );
    expect(problems).toEqual([]);
    expect([...(rows[0]?.cells ?? [])]).toEqual([['prompt', { kind: 'text', text: 'a cat, red' }]]);
    expect(plain(rows)).toEqual([{ prompt: 'a cat, red' }, { prompt: 'a "dog"' }, { prompt: '#1 fan' }]);
    expect(rows.map((row) => [row.line, spot(row, 'prompt'), spot(row, 'seed')])).toEqual([
      [1, '1:1', '1:null'],
      [4, '4:3', '4:null'],
      [6, '6:1', '6:null'],
    ]);
  });

  it('reports a line that is too long and goes on', async () => {
    const text = `a\n${'x'.repeat(1_100_000)}\nb\n`;
    const { rows, shown, problems } = await readPieces(text, 'txt', 65536);
    expect(plain(rows)).toEqual([{ prompt: 'a' }, { prompt: 'b' }]);
    expect(shown).toEqual(['in.txt:2 the row is longer than 1,048,576 characters.']);
    expect(problems[0]?.ends).toBeUndefined();
  });

  it('needs a prompt at all', async () => {
    expect((await read(' \n\n', 'txt')).shown).toEqual(['in.txt:1 the file is empty.']);
    expect((await read('# a\n#b\n', 'txt')).shown).toEqual([
      'in.txt:1 there is no prompt: every line is blank or a comment.',
    ]);
  });

  it('is refused at the first byte that is not UTF-8, which ends it', async () => {
    const { rows, problems, shown } = await read(Buffer.from('a\ncaf\xe9\nb', 'latin1'), 'txt');
    expect(plain(rows)).toEqual([{ prompt: 'a' }]);
    expect(shown).toEqual([expect.stringContaining('in.txt:2:4 the byte 0xE9 is not UTF-8')]);
    expect(problems[0]?.ends).toBe(true);
  });
});
