import type { JsonObject } from '../../core/json.ts';
import { portraitSchema, posterWorkflow, repaintWorkflow, type Workflow } from './sample-workflows.ts';

/** A deployment that the simulator has. */
export interface SimulatedDeployment {
  readonly id: string;
  readonly name: string;
  readonly readme: string;
  readonly isEnabled: boolean;
  /** null: it is a LoRA's, and takes flat inputs. */
  readonly workflow: Workflow | null;
  /** Of a LoRA's. */
  readonly inputSchema: JsonObject | null;
  /** Whether `includes=payload` tells what it takes. */
  readonly showsPayload: boolean;
  readonly hardware: string;
  /** Millionths of a dollar for each hour of an instance. As the documentation has them for its hardware. */
  readonly microUsdPerHour: number;
  readonly maxInstances: number;
  readonly queueSize: number;
  readonly keepWarmSeconds: number;
}

const usual = {
  isEnabled: true,
  workflow: null,
  inputSchema: null,
  showsPayload: true,
  hardware: 'AMPERE_48',
  microUsdPerHour: 2_500_000,
  maxInstances: 4,
  queueSize: 1,
  keepWarmSeconds: 60,
} as const;

/** Their ids never change: people and tests name them. */
export const simulatedDeployments: readonly SimulatedDeployment[] = [
  {
    ...usual,
    id: '11111111-1111-4111-8111-111111111111',
    name: 'poster',
    readme: 'Text to image with a LoRA.',
    workflow: posterWorkflow,
  },
  {
    ...usual,
    id: '22222222-2222-4222-8222-222222222222',
    name: 'repaint',
    readme: 'Repaints a photo and saves it in two sizes.',
    workflow: repaintWorkflow,
    hardware: 'ADA_48_PLUS',
    microUsdPerHour: 2_990_000,
    maxInstances: 2,
    queueSize: 2,
  },
  {
    ...usual,
    id: '33333333-3333-4333-8333-333333333333',
    name: 'portrait-lora',
    readme: 'A LoRA of a face.',
    inputSchema: portraitSchema,
  },
  {
    ...usual,
    id: '44444444-4444-4444-8444-444444444444',
    name: 'retired',
    readme: 'Switched off.',
    workflow: posterWorkflow,
    isEnabled: false,
  },
  {
    ...usual,
    id: '55555555-5555-4555-8555-555555555555',
    name: 'unlisted',
    readme: 'Tells nobody what it takes.',
    workflow: posterWorkflow,
    showsPayload: false,
  },
];

export function deploymentOf(id: string): SimulatedDeployment | undefined {
  return simulatedDeployments.find((each) => each.id === id);
}

/** What a deployment is called as a model: by this its submissions are counted and kept. */
export function deployedModel({ id }: Pick<SimulatedDeployment, 'id'>): string {
  return `deployment:${id}`;
}
