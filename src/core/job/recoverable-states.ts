import type { JobStatus } from './job.ts';

/**
 * Whether a state with this status can be learned again by asking the server. If the record of such a state is lost, it
 * costs another poll or another download, but never money; a record with any other status may be the only evidence.
 */
export function isRecoverable(status: JobStatus): boolean {
  switch (status) {
    case 'running':
    case 'succeeded':
    case 'done':
      return true;
    case 'pending':
    case 'submitting':
    case 'queued':
    case 'failed':
    case 'cancelled':
    case 'lost':
    case 'unknown':
      return false;
  }
}
