import { UserError } from '../../core/complaints.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Provider } from '../../core/provider.ts';
import { defaultProvider, providers } from '../../providers/providers.ts';
import type { PlanRecord } from '../../store/stage/stage.ts';
import type { AccessRequest } from './access-request.ts';

const known: Readonly<Record<string, Provider>> = providers;

/** The provider that a request names, else the usual one. */
export function providerOf({ provider = defaultProvider }: Pick<AccessRequest, 'provider'>): Provider {
  return provider;
}

/** Whether the provider is one of this program's own, which the simulator imitates. */
export function isBuiltIn(provider: Provider): boolean {
  return known[provider.name] === provider;
}

/** The provider that a model's id names. */
export function providerOfModel(id: string): Provider {
  const all: readonly Provider[] = Object.values(providers);
  return all.find(({ modelPrefix }) => modelPrefix !== null && id.startsWith(modelPrefix)) ?? defaultProvider;
}

/** The provider whose models are the user's own deployments; the usual one where there is none. */
export function deploymentProvider(): Provider {
  const all: readonly Provider[] = Object.values(providers);
  return all.find(({ listsDeployments }) => listsDeployments === true) ?? defaultProvider;
}

/** The id of the deployment that a bare id may be meant for: they look like no model. null: it looks like one. */
export function deploymentId(id: string, { modelPrefix }: Provider): string | null {
  const { modelPrefix: prefix } = deploymentProvider();
  const isBare = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
  return isBare && prefix !== null && modelPrefix !== prefix ? `${prefix}${id}` : null;
}

/** The model of rows that name none; of a provider without one, the usual provider's, which is then refused. */
export function defaultModelId({ defaultModel }: Provider): string {
  return (defaultModel ?? defaultProvider.defaultModel).id;
}

/** What the provider is called that has this model, where it is not the one at hand; null: it may be this one's. */
export function otherOwner(id: string, { name, modelPrefix }: Provider): string | null {
  if (modelPrefix !== null && id.startsWith(modelPrefix)) return null;
  const owner = providerOfModel(id);
  return owner.name === name || (owner === defaultProvider && modelPrefix === null) ? null : owner.title;
}

/** How a plan keeps its provider: by name, but for the usual one. */
export function providerAsJson({ name }: Provider): JsonObject {
  return name === defaultProvider.name ? {} : { provider: name };
}

/** What a folder's provider says of itself to people; for one that is not known here, the usual one answers. */
export function providerToTell(record: PlanRecord | null): Provider {
  return known[nameIn(record)] ?? defaultProvider;
}

/**
 * The provider that continues a folder: its own. Throws `UserError` (`usage`) where the request names another one, and
 * where the folder's is not known here.
 */
export function providerOfFolder(record: PlanRecord, dir: string, request: AccessRequest): Provider {
  const name = nameIn(record);
  const { provider = known[name] } = request;
  if (provider?.name === name) return provider;
  throw new UserError(
    'usage',
    `The jobs of ${dir} are those of the provider "${name}".`,
    provider === undefined ? 'Continue it with a program that has this provider.' : 'Use another folder.',
  );
}

/** The name of the provider that a plan keeps. */
export function nameIn(record: PlanRecord | null): string {
  const { provider } = record?.settings ?? {};
  return typeof provider === 'string' ? provider : defaultProvider.name;
}
