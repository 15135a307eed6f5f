import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ViewState } from '../../../../src/view/page/state/app.ts';
import {
  cellWidths,
  hashOf,
  type Known,
  maxCompared,
  viewOf,
} from '../../../../src/view/page/state/view-state.ts';

const labels: Readonly<Record<string, readonly string[]>> = {
  seed: ['1', '2', '3', '4'],
  state: ['done', 'failed'],
  prompt: ['a fox', 'an owl & a fox = both', '100% #1', 'back\\slash \\u0041', '\ud83d', '(none)'],
  ['__proto__']: ['x', 'y'],
  '': ['one', 'two'],
};
const known: Known = {
  labelsOf: (key) => (Object.hasOwn(labels, key) ? (labels[key] as readonly string[]) : null),
  isJob: (id) => /^[0-9a-f]{16}$/.test(id),
};
const defaults: ViewState = {
  mode: 'grid',
  x: 'seed',
  y: 'prompt',
  superX: null,
  superY: null,
  hidden: {},
  search: '',
  starredOnly: false,
  wallOrder: 'newest',
  cellWidth: 160,
  open: null,
  file: 0,
  compared: [],
  isComparing: false,
};

const text = fc.string({ unit: 'binary', maxLength: 12 });
const job = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 });
const key = fc.constantFrom(...Object.keys(labels));
const axis = fc.option(key, { nil: null });
const hidden = fc
  .uniqueArray(key)
  .chain((keys) =>
    fc.tuple(
      ...keys.map((each) =>
        fc
          .tuple(fc.subarray([...(labels[each] as string[])]), fc.uniqueArray(text, { maxLength: 2 }))
          .map(([own, others]) => [each, [...new Set([...own, ...others])]] as const),
      ),
    ),
  )
  .map((entries) => Object.fromEntries(entries) as ViewState['hidden']);
const compared = fc.uniqueArray(job, { maxLength: maxCompared });
const view: fc.Arbitrary<ViewState> = fc.record({
  mode: fc.constantFrom('grid', 'wall', 'report'),
  x: axis,
  y: axis,
  superX: axis,
  superY: axis,
  hidden,
  search: text,
  starredOnly: fc.boolean(),
  wallOrder: fc.constantFrom('newest', 'prompt', 'plan'),
  cellWidth: fc.integer({ min: cellWidths.min, max: cellWidths.max }),
  open: fc.option(job, { nil: null }),
  file: fc.nat(9_999),
  compared,
  isComparing: fc.boolean(),
});

/** Which values are hidden matters, not in what order, nor that a key hides none. */
function sorted(state: ViewState) {
  const entries = Object.entries(state.hidden).filter(([, values]) => values.length > 0);
  return {
    ...state,
    isComparing: state.isComparing && state.compared.length > 0,
    hidden: new Map(entries.map(([name, values]) => [name, [...values].sort()])),
  };
}

describe('the view in the hash', () => {
  test('any view survives, from any defaults, through a real URL', () => {
    fc.assert(
      fc.property(view, view, (state, base) => {
        const { hash } = new URL(`file:///index.html#${hashOf(state, base, known)}`);
        expect(sorted(viewOf(hash, base, known))).toEqual(sorted(state));
      }),
    );
  });

  test('defaults are left out', () => {
    fc.assert(
      fc.property(view, (base) => {
        const plain = { hidden: {}, search: '', starredOnly: false, open: null, file: 0, compared: [] };
        const state = { ...base, ...plain, isComparing: false };
        expect(hashOf(state, state, known)).toBe('');
      }),
    );
    expect(hashOf({ ...defaults, search: 'red fox' }, defaults, known)).toBe('q=red+fox');
  });

  test('if one of many values is shown, it is named, not the many that are hidden', () => {
    const hash = hashOf({ ...defaults, hidden: { seed: ['1', '2', '4'] } }, defaults, known);
    expect(hash).toBe('key=seed&only=3');
    const later: Known = {
      ...known,
      labelsOf: (name) => (name === 'seed' ? ['1', '2', '3', '4', '5'] : null),
    };
    expect(viewOf(hash, defaults, later).hidden).toEqual({ seed: ['1', '2', '4', '5'] });
  });

  test('any hash, even a made-up one, gives a view that the page can show', () => {
    const word = fc.constantFrom(
      ...[
        'view',
        'x',
        'y',
        'sx',
        'none',
        'key',
        'not',
        'only',
        'without',
        'q',
        'order',
        'size',
        'open',
        'file',
      ],
      ...[
        'beside',
        'compare',
        'starred',
        '__proto__',
        'seed',
        'grid',
        '%',
        '%E0%A4',
        '=',
        '&',
        '&',
        '=',
        '-1',
        '1e9',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          text,
          fc.array(word).map((words) => words.join('')),
        ),
        (hash) => {
          const state = viewOf(hash, defaults, known);
          expect(['grid', 'wall', 'report']).toContain(state.mode);
          for (const each of [state.x, state.y, state.superX, state.superY, ...Object.keys(state.hidden)]) {
            expect(each === null || known.labelsOf(each) !== null).toBe(true);
          }
          expect(state.cellWidth).toBeGreaterThanOrEqual(cellWidths.min);
          expect(state.cellWidth).toBeLessThanOrEqual(cellWidths.max);
          expect(state.open === null || known.isJob(state.open)).toBe(true);
          expect(Number.isInteger(state.file) && state.file >= 0).toBe(true);
          expect(state.compared.length).toBeLessThanOrEqual(maxCompared);
        },
      ),
    );
  });

  test('keys and jobs that the run folder does not have are dropped', () => {
    const state = viewOf('#x=size&y=seed&open=gone&beside=gone&key=size&not=1', defaults, known);
    expect(state).toEqual({ ...defaults, x: null, y: 'seed', superX: null, superY: null });
    expect(viewOf('#x=size', defaults, known)).toEqual(defaults);
  });

  test('a link names all axes or none, so that they stay the same when the defaults change', () => {
    const state = { ...defaults, x: 'prompt', y: null, superX: null, superY: 'seed' };
    const hash = hashOf(state, defaults, known);
    expect(hash).toBe('x=prompt&sy=seed');
    const others = { ...defaults, x: 'seed', y: 'prompt', superX: 'seed', superY: 'prompt' };
    expect(viewOf(hash, others, known)).toEqual(state);
    const bare = { ...defaults, x: null, y: null, superX: null, superY: null };
    expect(viewOf(hashOf(bare, others, known), others, known)).toEqual(bare);
  });
});
