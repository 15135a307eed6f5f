import './state-mark.css';
import type { JobStatus } from '../../../core/job/job.ts';
import { element } from '../widgets/dom.ts';

/** Which colour says how things are; `page.css` has a class for each. */
export type Tone = 'good' | 'bad' | 'warn' | 'going' | 'quiet';

export const stateTones = {
  pending: 'quiet',
  submitting: 'going',
  queued: 'going',
  running: 'going',
  succeeded: 'going',
  done: 'good',
  failed: 'bad',
  cancelled: 'bad',
  lost: 'bad',
  unknown: 'warn',
} as const satisfies Record<JobStatus, Tone>;

/** A dot in the colour of a state; the state's name stands beside it. */
export function stateMark(state: JobStatus): HTMLElement {
  return element('span', { class: `state-mark ${stateTones[state]}`, 'aria-hidden': 'true' });
}
