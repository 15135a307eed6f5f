import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/core/complaints.ts';
import { type PlanView, planText, problemsText } from '../../src/report/plan-text.ts';
import { textWidth } from '../../src/report/text-width.ts';
import { fakeStream, hostileParts, hostileText, tallyOf } from './report-builders.ts';

const piped = () => fakeStream().terminal();

const ideogram = {
  model: 'ideogram/ideogram-v2/generate',
  jobs: 1_632,
  toSubmit: 1_320,
  price: null,
  baseUsd: null,
};
const banana = {
  model: 'google/nano-banana-2/text-to-image',
  jobs: 10,
  toSubmit: 10,
  price: { usd: 0.06, unit: 'output' },
  baseUsd: 0.6,
} as const;

function plan(part: Partial<PlanView>): PlanView {
  return {
    sources: ['parti.tsv', 'more.csv'],
    dir: 'out/parti',
    rows: 1_656,
    counts: tallyOf({ pending: 1_330, running: 2, done: 306, failed: 3, unknown: 1 }).counts,
    added: 1_300,
    removed: 4,
    joined: 14,
    models: [ideogram, banana],
    samples: [
      {
        pathTemplate: 'files/a-purple-cat/seed1-5f1c9ae0{_i}.{ext}',
        model: ideogram.model,
        body: { prompt: 'a purple cat', seed: 1 },
      },
    ],
    warnings: [],
    ...part,
  };
}

describe('planText', () => {
  it('tells what would be sent, what is there already and what it would cost', () => {
    expect(planText(plan({}), piped())).toBe(`1,642 jobs from parti.tsv, more.csv → out/parti

  new       1,300
  pending      30   planned before, not yet submitted
  in flight     2   at the server already: collected, not sent again
  done        306   kept
  failed        3   left alone, not sent again
  unknown       1   held: each may be running and billed
  removed       4   no longer in the input; records and files stay
  joined       14   of 1,656 rows ask for the same as another

  ideogram/ideogram-v2/generate        1,320 × price not known
  google/nano-banana-2/text-to-image      10 × $0.06 per output = $0.60
  More than $0.60 (base prices of the catalogue, not a quote)

  The body and its file
    {"prompt":"a purple cat","seed":1}
      → files/a-purple-cat/seed1-5f1c9ae0.*
`);
  });

  it('says in one line that there is nothing to do', () => {
    const settled = (counts: Parameters<typeof tallyOf>[0]) =>
      planText(plan({ counts: tallyOf(counts).counts, added: 0 }), piped());
    expect(settled({ done: 1_632 })).toBe('Nothing to do: all 1,632 jobs of out/parti are done.\n');
    expect(settled({ done: 1 })).toBe('Nothing to do: the one job of out/parti is done.\n');
    expect(settled({ done: 5, failed: 2, lost: 1, unknown: 1 })).toBe(
      'Nothing to do: 5 of 9 jobs of out/parti are done, 3 did not succeed, 1 has an unknown outcome.\n',
    );
  });

  it('names a price only where it is known', () => {
    expect(planText(plan({ models: [ideogram] }), piped())).toContain('\n  Price not known\n');
    expect(planText(plan({ models: [banana] }), piped())).toContain('\n  About $0.60 (base prices');
  });

  it('fits samples to the terminal and shows foreign text without obeying it', () => {
    const sample = { pathTemplate: 'files/x{_i}.{ext}', model: 'm', body: { prompt: hostileText.repeat(9) } };
    const view = plan({
      samples: [sample],
      sources: [hostileText],
      dir: hostileText,
      models: [{ ...ideogram, model: hostileText }],
    });
    const text = planText(view, fakeStream(60).terminal({ NO_COLOR: '1' }));
    expect(text).not.toMatch(hostileParts);
    expect(text).not.toContain('\u001b');
    const body = text.split('\n').find((line) => line.includes('"prompt"')) as string;
    expect(textWidth(body)).toBe(60);
  });
});

function problem(severity: Problem['severity'], line: number, kind = 'enum'): Problem {
  const message = `aspect_ratio "16:0${line}" is not allowed.`;
  return { severity, place: { file: 'prompts.csv', line, column: 3 }, kind, message };
}

describe('problemsText', () => {
  it('lists errors first, each with its place, and counts at the end', () => {
    const bare: Problem = { severity: 'error', place: null, kind: 'model', message: 'No model is given.' };
    expect(problemsText([problem('warning', 2), problem('error', 9), bare], piped())).toBe(
      `prompts.csv:9:3 aspect_ratio "16:09" is not allowed.
No model is given.
prompts.csv:2:3 warning: aspect_ratio "16:02" is not allowed.
2 errors, 1 warning
`,
    );
  });

  it('summarises more than a hundred by kind, with the first of each', () => {
    const many = Array.from({ length: 150 }, (_, n) =>
      problem('error', n + 2, n % 3 === 0 ? 'type' : 'enum'),
    );
    expect(problemsText([...many, problem('error', 999, 'required')], piped())).toBe(
      `prompts.csv:3:3 aspect_ratio "16:03" is not allowed.
    and 99 more of this kind (enum)
prompts.csv:2:3 aspect_ratio "16:02" is not allowed.
    and 49 more of this kind (type)
prompts.csv:999:3 aspect_ratio "16:0999" is not allowed.
151 errors
`,
    );
    const lines = problemsText(many.slice(0, 100), piped()).split('\n');
    expect(lines).toHaveLength(102);
  });

  it('says nothing of no problems', () => {
    expect(problemsText([], piped())).toBe('');
  });

  it('shows cells of the input without obeying them', () => {
    const place = { file: hostileText, line: 1, column: null };
    const text = problemsText([{ severity: 'error', place, kind: 'x', message: hostileText }], piped());
    expect(text).not.toMatch(hostileParts);
    expect(text.split('\n')).toHaveLength(3);
  });
});
