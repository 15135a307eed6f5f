import { describe, expect, test } from 'vitest';
import { changeLines, type PlanChangeView } from '../../../src/report/plan/plan-change-text.ts';
import { fakeStream } from '../report-builders.ts';

const change: PlanChangeView = {
  job: '5f1c9ae0b7d2443e',
  name: 'cat-1',
  row: 'cats.csv:12',
  was: '0123456789abcdef',
  wasState: 'done',
  inputs: [{ name: 'prompt', from: 'a cat', to: 'a dog' }],
};

function lines(changes: readonly PlanChangeView[], changed = changes.length): readonly string[] {
  return changeLines(changes, changed, fakeStream().terminal());
}

function line(part: Partial<PlanChangeView>): string | undefined {
  return lines([{ ...change, ...part }])[2]?.trim();
}

function promptLine(from: string, to: string): string | undefined {
  return line({ inputs: [{ name: 'prompt', from, to }] });
}

describe('changeLines', () => {
  test('says where, what and why it is a new job', () => {
    expect(lines([change])).toEqual([
      '',
      '  One row was edited',
      '    cats.csv:12 (cat-1): prompt "a cat" → "a dog"; a new job, the old one stays done',
    ]);
    expect(lines([])).toEqual([]);
  });

  test('names added and removed inputs, a model, and a repetition', () => {
    const inputs = [
      { name: 'seed', from: null, to: 7 },
      { name: 'style', from: 'anime', to: null },
    ];
    expect(line({ name: null, wasState: 'running', inputs })).toBe(
      'cats.csv:12: seed not given → 7, style "anime" → not given; a new job, the old one is in flight and will be collected',
    );
    expect(line({ row: null, wasState: 'unknown', model: { from: 'a/b', to: 'c/d' }, inputs: [] })).toBe(
      'cat-1: model a/b → c/d; a new job, the old one stays on hold: it may have been billed',
    );
    expect(line({ wasState: 'pending', rep: { from: 1, to: 2 }, inputs: [] })).toBe(
      'cats.csv:12 (cat-1): repetition 1 → 2; a new job, the old one was never submitted',
    );
    const many = Array.from({ length: 6 }, (_, n) => ({ name: `i${n}`, from: n, to: n + 1 }));
    expect(line({ inputs: many })).toContain('i3 3 → 4, 2 more inputs; a new job');
  });

  test('shows only the part of long texts around their first difference', () => {
    const alike = 'a very long prompt about a lighthouse on a cliff above the northern sea, ';
    expect(promptLine(`${alike}at dawn`, `${alike}at dusk, in rain`)).toContain(
      'prompt "…sea, at dawn" → "…sea, at dusk, in rain"; a new job',
    );
    const tail = ' and so on'.repeat(12);
    expect(promptLine(`a cat${tail}`, `a dog${tail}`)).toMatch(
      /prompt "a cat( and so on){5} a…" → "a dog( and so on){5} a…"; a new job/,
    );
  });

  test('shows ten changes and counts the rest', () => {
    const shown = lines(
      Array.from({ length: 12 }, () => change),
      1_200,
    );
    expect(shown[1]).toBe('  1,200 jobs are new because their rows were edited');
    expect(shown).toHaveLength(13);
    expect(shown.at(-1)).toBe('    and 1,190 more');
  });
});
