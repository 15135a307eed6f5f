import { describe, expect, test } from 'vitest';
import type { Pick, Picks } from '../../../../src/view/page/state/app.ts';
import { type Address, pageStore } from '../../../../src/view/page/state/page-store.ts';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { aPageHead, aPageJob, crossed } from '../page-builders.ts';

function anAddress(hash = ''): Address & { readonly steps: string[]; change(hash: string): void } {
  const steps = [hash];
  const listeners: (() => void)[] = [];
  return {
    steps,
    read: () => steps.at(-1) as string,
    write: (next, how) => void (how === 'push' ? steps.push(next) : steps.splice(-1, 1, next)),
    onChange: (listener) => listeners.push(listener),
    change(next) {
      steps.push(next);
      for (const listener of listeners) listener();
    },
  };
}
function somePicks(): Picks {
  const stars = new Set<string>();
  const listeners: (() => void)[] = [];
  const of = (job: string): Pick => ({ job, isStarred: stars.has(job), note: '' });
  return {
    of,
    star(job, isStarred) {
      if (isStarred) stars.add(job);
      else stars.delete(job);
      for (const listener of listeners) listener();
    },
    note: () => undefined,
    merge: () => ({ stars: 0, notes: 0 }),
    link: () => undefined,
    linked: () => [],
    keepLinked: () => undefined,
    dropLinked: () => undefined,
    all: () => [...stars].map(of),
    onChange: (listener) => listeners.push(listener),
    trouble: () => null,
  };
}

const seeds = [1, 2, 3];
const jobs = crossed(['a fox', 'an owl'], { seed: seeds });
const head = aPageHead({ axes: [{ name: 'seed', values: seeds }] });
const open = (hash = '', some: readonly PageJob[] = jobs) => {
  const address = anAddress(hash);
  const picks = somePicks();
  return { page: pageStore(head, some, picks, address, 1400), address, picks };
};
const id = (index: number): string => (jobs[index] as PageJob).job;

describe('the page’s store', () => {
  test('starts with the view in the address', () => {
    const { page } = open('x=prompt&y=seed&q=owl');
    expect(page.view()).toMatchObject({ x: 'prompt', y: 'seed', search: 'owl' });
    expect(page.shown().map(({ job }) => job)).toEqual([id(3), id(4), id(5)]);
  });

  test('writes every change to the address and notifies its listeners, with a history entry on request', () => {
    const { page, address } = open();
    let changes = 0;
    page.onChange(() => {
      changes += 1;
    });
    page.go({ search: 'o' }, 'replace');
    page.go({ mode: 'wall' }, 'push');
    expect(address.steps).toEqual(['q=o', 'view=wall&q=o']);
    expect(changes).toBe(2);
  });

  test('follows the address when the user goes back', () => {
    const { page, address } = open();
    address.change('q=owl');
    expect(page.view().search).toBe('owl');
    expect(page.passed()).toEqual([3, 4, 5]);
  });

  test('shows jobs in the order of the view', () => {
    const { page } = open();
    page.go({ x: 'prompt', y: 'seed' }, 'push');
    expect(page.shown().map(({ job }) => job)).toEqual([0, 3, 1, 4, 2, 5].map(id));
    page.go({ mode: 'wall' }, 'push');
    expect(page.shown().map(({ job }) => job)).toEqual([5, 4, 3, 2, 1, 0].map(id));
    page.go({ wallOrder: 'plan' }, 'push');
    expect(page.shown().map(({ job }) => job)).toEqual([0, 1, 2, 3, 4, 5].map(id));
  });

  test('finds the neighbours of a job along both axes of the grid', () => {
    const { page } = open('x=seed&y=prompt');
    expect(page.neighbour(id(1), 'left')?.job).toBe(id(0));
    expect(page.neighbour(id(1), 'right')?.job).toBe(id(2));
    expect(page.neighbour(id(1), 'down')?.job).toBe(id(4));
    expect(page.neighbour(id(1), 'up')).toBe(null);
    expect(page.neighbour('nobody', 'up')).toBe(null);
  });

  test('finds the neighbours of a job on the wall', () => {
    const { page } = open('view=wall');
    expect(page.neighbour(id(3), 'left')?.job).toBe(id(4));
    expect(page.neighbour(id(3), 'right')?.job).toBe(id(2));
    expect(page.neighbour(id(3), 'down')).toBe(null);
    expect(page.neighbour(id(5), 'left')).toBe(null);
  });

  test('knows the jobs that share a cell', () => {
    const { page } = open('none=x&y=prompt');
    expect(page.jobsInCell(id(4)).map(({ job }) => job)).toEqual([3, 4, 5].map(id));
    page.go({ mode: 'wall' }, 'push');
    expect(page.jobsInCell(id(4)).map(({ job }) => job)).toEqual([id(4)]);
    expect(page.jobsInCell('nobody')).toEqual([]);
  });

  test('updates at once when a star changes while only starred jobs are shown', () => {
    const { page, picks } = open('starred=1');
    let changes = 0;
    page.onChange(() => {
      changes += 1;
    });
    expect(page.passed()).toEqual([]);
    picks.star(id(2), true);
    expect(page.passed()).toEqual([2]);
    expect(changes).toBe(1);
  });

  test('computes nothing again that did not change', () => {
    const { page } = open();
    const [passed, table, shown] = [page.passed(), page.table(), page.shown()];
    page.go({ open: id(0) }, 'push');
    expect(page.passed()).toBe(passed);
    expect(page.table()).toBe(table);
    expect(page.shown()).toBe(shown);
  });

  test('accepts an empty folder', () => {
    const { page } = open('open=x', []);
    expect([page.shown(), page.table().rows, page.view().open]).toEqual([[], [], null]);
    expect(page.jobOf(aPageJob(0).job)).toBe(null);
  });
});
