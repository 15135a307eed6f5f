import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { isWebPage, linkFormat } from '../../../src/input/sources/link-format.ts';
import { inputLink, isLink } from '../../../src/input/sources/link-forms.ts';

const id = '1AbC-dEf_0123456789abcdefghijklmnopqrstuvwx';
const sheets = 'https://docs.google.com/spreadsheets';
const exported = `${sheets}/d/${id}/export?format=csv`;
const published = `${sheets}/d/e/2PACX-1vAbC`;

describe('a link as an input', () => {
  test.each([
    [`${sheets}/d/${id}`, exported],
    [`${sheets}/d/${id}/`, exported],
    [`${sheets}/d/${id}/edit`, exported],
    [`${sheets}/d/${id}/edit#gid=0`, `${exported}&gid=0`],
    [`${sheets}/d/${id}/edit?gid=17#gid=17`, `${exported}&gid=17`],
    [`${sheets}/d/${id}/edit?usp=sharing`, exported],
    [
      `${sheets}/d/${id}/edit?usp=sharing&ouid=1&rtpof=true&sd=true&resourcekey=0-xY#gid=3`,
      `${exported}&gid=3&resourcekey=0-xY`,
    ],
    [`${sheets}/u/0/d/${id}/edit#gid=5`, `${exported}&gid=5`],
    [`https://docs.google.com/a/firm.example/spreadsheets/d/${id}/view?gid=9`, `${exported}&gid=9`],
    [`${sheets}/d/${id}/htmlview#gid=8`, `${exported}&gid=8`],
    [`${sheets}/d/${id}/edit#gid=4&range=A1:B7`, `${exported}&gid=4`],
    [`${sheets}/d/${id}/export?format=xlsx`, `${sheets}/d/${id}/export?format=xlsx`],
    [`${sheets}/d/${id}/export?format=pdf&gid=2`, `${exported}&gid=2`],
    [`${sheets}/d/${id}/gviz/tq?tqx=out:html&sheet=Two`, `${sheets}/d/${id}/gviz/tq?sheet=Two&tqx=out%3Acsv`],
    [`${published}/pubhtml`, `${published}/pub?output=csv`],
    [`${published}/pubhtml?gid=7&single=true`, `${published}/pub?output=csv&gid=7&single=true`],
    [`${published}/pub?output=tsv&gid=7`, `${published}/pub?output=tsv&gid=7`],
    [`${published}/pub?gid=7&single=true&output=csv`, `${published}/pub?output=csv&gid=7&single=true`],
    [
      'https://drive.google.com/file/d/0B_x-Y/view?usp=sharing',
      'https://drive.google.com/uc?export=download&id=0B_x-Y',
    ],
    [
      'https://github.com/me/repo/blob/main/a%20b/p.csv',
      'https://raw.githubusercontent.com/me/repo/main/a%20b/p.csv',
    ],
    ['https://github.com/me/repo/raw/main/p.csv', 'https://github.com/me/repo/raw/main/p.csv'],
    ['https://gist.github.com/me/0123abcd/', 'https://gist.github.com/me/0123abcd/raw'],
    ['https://gitlab.com/me/repo/-/blob/main/p.csv', 'https://gitlab.com/me/repo/-/raw/main/p.csv'],
    [
      'https://huggingface.co/datasets/me/set/blob/main/p.jsonl',
      'https://huggingface.co/datasets/me/set/resolve/main/p.jsonl',
    ],
    [
      'https://www.dropbox.com/scl/fi/x/p.csv?rlkey=k&dl=0',
      'https://www.dropbox.com/scl/fi/x/p.csv?rlkey=k&dl=1',
    ],
    [
      'https://firm.sharepoint.com/:x:/s/team/Abc?e=1',
      'https://firm.sharepoint.com/:x:/s/team/Abc?e=1&download=1',
    ],
    ['https://pastebin.com/AbC12', 'https://pastebin.com/raw/AbC12'],
    ['https://example.com/p.csv?sig=x#frag', 'https://example.com/p.csv?sig=x'],
    ['HTTPS://Example.com/p.csv', 'https://example.com/p.csv'],
    ['http://127.0.0.1:8080/p.csv', 'http://127.0.0.1:8080/p.csv'],
    ['http://localhost/p.csv', 'http://localhost/p.csv'],
  ])('%s is fetched from where its list is', (word, url) => {
    expect(isLink(word)).toBe(true);
    expect(inputLink(word).url.href).toBe(url);
  });

  test('is called without what may be a secret, after its own name where it has one', () => {
    expect(inputLink('https://x.example/lists/my%20cats.csv.gz?token=s')).toMatchObject({
      name: 'https://x.example/lists/my%20cats.csv.gz',
      title: 'my cats',
      sheet: null,
    });
    expect(inputLink('https://x.example/b.xlsx#Two%20cats')).toMatchObject({ sheet: 'Two cats', title: 'b' });
    expect(inputLink(`${sheets}/d/${id}/edit?usp=sharing#gid=3`)).toMatchObject({
      name: `${sheets}/d/${id}#gid=3`,
      title: null,
      isGoogle: true,
    });
    expect(inputLink('https://x.example/').title).toBeNull();
    expect(inputLink('https://gist.github.com/me/0123abcd').url.pathname).toBe('/me/0123abcd/raw');
  });

  test.each([
    ['http://example.com/p.csv?key=secret', 'Write https://example.com/p.csv?…, or download'],
    ['http://10.0.0.5/p.csv', 'Write https://10.0.0.5/p.csv,'],
    ['file:///etc/passwd', 'by its path'],
    ['s3://bucket/p.csv', 'Download the list'],
    ['https://me:secret@example.com/p.csv', 'Download the list with them'],
    ['https://exa mple.com/p.csv', 'in quotes'],
  ])('%s is refused, and no secret of it repeated', (word, hint) => {
    expect(isLink(word)).toBe(true);
    try {
      inputLink(word);
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      const { message, hint: told } = error as UserError;
      expect(told).toContain(hint);
      expect(`${message}${told}`).not.toContain('secret');
      return;
    }
    throw new Error('nothing was refused');
  });

  test.each(['prompts.csv', 'a/b.csv', 'C:\\lists\\p.csv', 'style=https://x', '-'])('%s is none', (word) => {
    expect(isLink(word)).toBe(false);
  });

  test('is a link or a complaint, whatever is written behind the scheme', () => {
    const tail = fc.oneof(
      fc.string(),
      fc.webUrl().map((url) => url.slice(8)),
      fc.string().map((text) => `docs.google.com/spreadsheets/${text}`),
    );
    fc.assert(
      fc.property(tail, (text) => {
        try {
          expect(inputLink(`https://${text}`).url.protocol).toBe('https:');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }),
    );
  });
});

describe('the format of a list behind a link', () => {
  const answer = {
    paths: ['https://x.example/export'],
    fileName: null,
    contentType: null,
    head: Buffer.from(''),
  };
  test.each([
    [{ paths: ['/a/p.tsv'] }, 'tsv'],
    [{ paths: ['/a/p.csv.gz'] }, 'csv'],
    [{ paths: ['/get', '/final/p.jsonl'] }, 'jsonl'],
    [{ fileName: 'Prompts - Sheet1.csv' }, 'csv'],
    [{ contentType: 'text/csv; charset=utf-8' }, 'csv'],
    [{ contentType: 'application/x-ndjson' }, 'jsonl'],
    [{ paths: ['/p.csv'], head: Buffer.from('PK\x03\x04rest', 'latin1') }, 'xlsx'],
    [{ contentType: 'application/json', head: Buffer.from('[{"prompt":1}]') }, 'json'],
    [{ contentType: 'text/plain', head: Buffer.from('{"prompt":1}\n{"prompt":2}\n') }, 'jsonl'],
    [{ contentType: 'text/plain', head: Buffer.from('prompt\tseed\na\t1') }, 'tsv'],
    [{ contentType: 'text/plain', head: Buffer.from('\ufeffprompt,seed\na,1') }, 'csv'],
    [{ contentType: 'text/plain', head: Buffer.from('prompt\na cat\n') }, 'csv'],
    [{ contentType: 'text/plain', head: Buffer.from('a cat, sitting on a mat. It sleeps.\n') }, null],
    [{}, null],
  ])('%j is %s', (part, format) => {
    expect(linkFormat({ ...answer, ...part })).toBe(format);
  });

  test('is none of a web page', () => {
    const head = Buffer.from('\ufeff  <!DOCTYPE html><html>');
    expect(isWebPage({ contentType: 'text/plain', head })).toBe(true);
    expect(isWebPage({ contentType: 'text/html; charset=utf-8', head: Buffer.from('a') })).toBe(true);
    expect(isWebPage({ contentType: 'text/csv', head: Buffer.from('prompt\n<b>') })).toBe(false);
  });
});
