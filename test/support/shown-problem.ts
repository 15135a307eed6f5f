import { type Problem, showPlace } from '../../src/core/complaints.ts';

/** A problem as one line: `prompts.csv:12:3 message`. */
export function showProblem(problem: Problem): string {
  return problem.place === null ? problem.message : `${showPlace(problem.place)} ${problem.message}`;
}
