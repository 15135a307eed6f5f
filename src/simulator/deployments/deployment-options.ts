/** How deployments behave. Durations are milliseconds. */
export interface DeploymentOptions {
  /** The most instances of each deployment; null (default): as it says itself. */
  readonly maxInstances?: number | null;
  /** So many waiting requests for each instance start another one; null (default): as the deployment says itself. */
  readonly queueSize?: number | null;
  /** How long an idle instance stays; null (default): as the deployment says itself. */
  readonly keepWarmMs?: number | null;
  /** How long an instance takes to start; null (default): twice a run time, drawn for each. */
  readonly coldStartMs?: number | null;
  /** How long it takes until a running request is cancelled. Default 0.5 s. */
  readonly cancelMs?: number;
  /** How long the files of a result are kept. Default 7 days. */
  readonly filesKeptMs?: number;
  /** The first pause before a webhook that was not answered with 2xx is sent again. Default 0.2 s. */
  readonly webhookRetryMs?: number;
}

/** 7 days, as real files are. */
export const keptUsuallyMs = 7 * 86_400_000;

export function deploymentSettings(options: DeploymentOptions): Required<DeploymentOptions> {
  return {
    maxInstances: options.maxInstances ?? null,
    queueSize: options.queueSize ?? null,
    keepWarmMs: options.keepWarmMs ?? null,
    coldStartMs: options.coldStartMs ?? null,
    cancelMs: options.cancelMs ?? 500,
    filesKeptMs: options.filesKeptMs ?? keptUsuallyMs,
    webhookRetryMs: options.webhookRetryMs ?? 200,
  };
}

type Reader<T> = (value: unknown) => T | undefined;

/** The readers of these options, made of one that takes a number from `least` on. */
export function deploymentReaders(numberFrom: (value: unknown, least: number) => number | undefined) {
  const orNull =
    (least: number): Reader<number | null> =>
    (value) =>
      value === null ? null : numberFrom(value, least);
  const from0: Reader<number> = (value) => numberFrom(value, 0);
  return {
    maxInstances: orNull(1),
    queueSize: orNull(1),
    keepWarmMs: orNull(0),
    coldStartMs: orNull(0),
    cancelMs: from0,
    filesKeptMs: from0,
    webhookRetryMs: from0,
  } satisfies { [name in keyof DeploymentOptions]-?: Reader<Required<DeploymentOptions>[name]> };
}
