import { describe, expect, test } from 'vitest';
import type { Problem } from '../../../src/core/complaints.ts';
import { problemsText } from '../../../src/report/plan/problems-text.ts';
import { fakeStream, hostileParts, hostileText } from '../report-builders.ts';

const piped = () => fakeStream().terminal();

function problem(severity: Problem['severity'], line: number, kind = 'enum'): Problem {
  const message = `aspect_ratio "16:0${line}" is not allowed.`;
  return { severity, place: { file: 'prompts.csv', line, column: 3 }, kind, message };
}

describe('problemsText', () => {
  test('lists errors first, each with its place, and counts at the end', () => {
    const bare: Problem = { severity: 'error', place: null, kind: 'model', message: 'No model is given.' };
    expect(problemsText([problem('warning', 2), problem('error', 9), bare], piped())).toBe(
      `prompts.csv:9:3 aspect_ratio "16:09" is not allowed.
No model is given.
prompts.csv:2:3 warning: aspect_ratio "16:02" is not allowed.
2 errors, 1 warning
`,
    );
  });

  test('summarises more than a hundred by kind, with the first of each', () => {
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

  test('says nothing of no problems', () => {
    expect(problemsText([], piped())).toBe('');
  });

  test('shows cells of the input without obeying them', () => {
    const place = { file: hostileText, line: 1, column: null };
    const text = problemsText([{ severity: 'error', place, kind: 'x', message: hostileText }], piped());
    expect(text).not.toMatch(hostileParts);
    expect(text.split('\n')).toHaveLength(3);
  });
});
