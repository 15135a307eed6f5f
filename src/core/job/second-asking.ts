import type { JobStatus } from './job.ts';

/**
 * Whether a state of this status can be had again by asking the server once more. A record of it that is lost costs
 * another look or another download, never money; a record of any other status may be all that anybody knows.
 */
export function canBeAskedAgain(status: JobStatus): boolean {
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
