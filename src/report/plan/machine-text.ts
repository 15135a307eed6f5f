import { countOf, showCount } from '../../core/counts.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { showUsd } from '../../core/money/prices.ts';

/** How many requests a run has in flight because its models take no more. */
export interface PlanCapacity {
  readonly atOnce: number;
  /** What the models take, together. */
  readonly requests: number;
  /** null: unknown. */
  readonly machines: number | null;
  /** The larger number that the user has asked for; null: none. */
  readonly asked: number | null;
}

interface PlanOfMachines {
  readonly estimate?: Estimate;
  readonly capacity?: PlanCapacity;
}

/** What machines are billed for beside the jobs, and how many requests they take. */
export function machineLines({ estimate, capacity }: PlanOfMachines): readonly string[] {
  const { idleUsd = 0 } = estimate ?? {};
  return [
    ...(idleUsd > 0 ? [`  On top, for machines to start and idle: up to ${showUsd(idleUsd)}`] : []),
    ...(capacity === undefined ? [] : [`  ${capacityText(capacity)}`]),
  ];
}

/** `12 at once (not 64): 4 machines take 12 requests` */
function capacityText({ atOnce, requests, machines, asked }: PlanCapacity): string {
  const who = machines === null ? 'the model takes' : countOf(machines, 'machine takes', 'machines take');
  const instead = asked === null ? '' : ` (not ${showCount(asked)})`;
  return `${showCount(atOnce)} at once${instead}: ${who} ${countOf(requests, 'request')}`;
}

/** The same for programs. */
export function capacityJson({ atOnce, requests, machines }: PlanCapacity) {
  return { requests, machines, at_once: atOnce };
}
