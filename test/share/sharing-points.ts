import type { Mirror } from '../../src/core/sharing/mirror.ts';
import type { SharedLedger } from '../../src/core/sharing/shared-ledger.ts';
import { type Doubt, type KillPoint, killPoints } from '../kill/kill-points.ts';

/**
 * Every named point of a runner's dealings with the shared ledger and its own mirror, and what a kill there leaves of a
 * job that it had just announced. Between an announcement's commit and the mirror's record of the id lies doubt.
 */
export const sharingPoints = {
  'before the claim': 'none',
  'after the claim': 'none',
  'before the announcement': 'none',
  'while the gate decides': 'none',
  'after the announcement': 'unsent',
  'before the mirror keeps': 'any',
  'before the mirror keeps the id': 'accepted',
  'after the mirror has kept the id': 'none',
  'before the telling': 'any',
  'after the telling': 'any',
  'after the telling of the id': 'none',
  'before the renewal': 'any',
  'after the renewal': 'any',
  'before the pull': 'any',
  'in the middle of the pull': 'any',
  'before the pull is applied': 'any',
  'after the pull': 'any',
  'before the release': 'none',
  'after the release': 'none',
} as const satisfies Record<string, Doubt | 'any'>;

export type SharingPoint = keyof typeof sharingPoints;
export type AnyPoint = SharingPoint | KillPoint;

/** Passed only when a run is over. */
export const lastPoints: ReadonlySet<AnyPoint> = new Set([
  'before the release',
  'after the release',
] satisfies AnyPoint[]);

export const anyPoints: Readonly<Record<AnyPoint, Doubt | 'any'>> = { ...killPoints, ...sharingPoints };

type Pass = (point: SharingPoint) => void;

/** Tells of the points and changes nothing else. */
export function tellingShared(inner: SharedLedger, pass: Pass): SharedLedger {
  async function around<T>(before: SharingPoint, after: SharingPoint, call: () => Promise<T>): Promise<T> {
    pass(before);
    const value = await call();
    pass(after);
    return value;
  }
  return {
    ...inner,
    claim: (limit) => around('before the claim', 'after the claim', () => inner.claim(limit)),
    announce: (asked, since, decide) =>
      around('before the announcement', 'after the announcement', () =>
        inner.announce(asked, since, (...view) => {
          const decision = decide(...view);
          pass('while the gate decides');
          return decision;
        }),
      ),
    async tell(told) {
      const verdicts = await around('before the telling', 'after the telling', () => inner.tell(told));
      if (told.some(({ state }) => state.status === 'queued')) pass('after the telling of the id');
      return verdicts;
    },
    renew: () => around('before the renewal', 'after the renewal', () => inner.renew()),
    release: (jobs) => around('before the release', 'after the release', () => inner.release(jobs)),
    changes: (since, page) =>
      around('before the pull', 'after the pull', () =>
        inner.changes(since, (changes) => {
          pass('in the middle of the pull');
          page(changes);
        }),
      ),
  };
}

export function tellingMirror(inner: Mirror, pass: Pass): Mirror {
  return {
    ...inner,
    async keep(told) {
      pass('before the mirror keeps');
      const isId = told.state.status === 'queued';
      if (isId) pass('before the mirror keeps the id');
      await inner.keep(told);
      if (isId) pass('after the mirror has kept the id');
    },
    apply(changes, horizon) {
      pass('before the pull is applied');
      return inner.apply(changes, horizon);
    },
  };
}
