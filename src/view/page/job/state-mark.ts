import './state-mark.css';
import type { JobStatus } from '../../../core/job/job.ts';
import { element } from '../widgets/dom.ts';

/** The colour of a state; `tokens.css` has a class for each. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

export const stateTones = {
  pending: 'quiet',
  submitting: 'busy',
  queued: 'busy',
  running: 'busy',
  succeeded: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'bad',
  lost: 'bad',
  unknown: 'warn',
} as const satisfies Record<JobStatus, Tone>;

/** A dot in the colour of a state, to be shown next to the state's name. */
export function stateMark(state: JobStatus): HTMLElement {
  return element('span', { class: `state-mark ${stateTones[state]}`, 'aria-hidden': 'true' });
}
