import { UserError } from '../../core/complaints.ts';
import type { Environment } from '../../core/environment.ts';
import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import { suggestion } from '../../core/nearby.ts';
import { compileInputs } from '../../plan/models/schema.ts';
import { defaultProvider } from '../../providers/providers.ts';
import type { InputHelp } from '../../report/models/input-text.ts';
import { modelCache, modelsFolder } from '../../store/folder/model-cache.ts';
import type { BatchRequest } from '../request.ts';
import type { AccessRequest } from './access-request.ts';
import { accessOf } from './endpoint.ts';
import { defaultModelId, providerOfModel } from './folder-provider.ts';
import { givenSchema } from './given-schema.ts';
import { modelSource } from './model-source.ts';

/** A model with its inputs as help shows them. */
interface DescribedModel {
  readonly model: Model;
  readonly inputs: readonly InputHelp[];
}

/**
 * A model by its id, from the schema file if one is given, else from wherever models are known; null: the usual one.
 * Throws `UserError` (`usage`), with the nearest id, where there is none. `warn` gets sentences for the user.
 */
export async function describeModel(
  id: string | null,
  given: Pick<BatchRequest, 'schemaFile' | 'workflowFile'>,
  request: AccessRequest,
  warn: (sentence: string) => void,
): Promise<DescribedModel> {
  const provider = request.provider ?? providerOfModel(id ?? '');
  const wanted = id ?? defaultModelId(provider);
  const schemaFile = givenSchema(given, provider);
  const models = modelSource({
    provider,
    access: async () => accessOf({ ...request, provider }),
    env: request.env,
    schema: schemaFile === null ? null : { file: schemaFile, id: wanted },
    builtInPrice: null,
    warn,
  });
  try {
    const model = await models.find(wanted);
    if (model !== null) return { model, inputs: inputsOf(model) };
    const near = suggestion(wanted, await models.ids());
    const listed = `rcb models${provider.listsDeployments ? ' --deployments' : ''} SEARCH`;
    const hint = near === null ? `Search the catalogue with ${listed}.` : `Did you mean ${near}?`;
    throw new UserError('usage', `There is no model "${wanted}".`, hint);
  } finally {
    await models.close();
  }
}

/** The inputs of a model as far as they are known on this machine: built in, or seen before. null: the usual model. */
export function inputsKnownOf(id: string | null, env: Environment): readonly InputHelp[] {
  const { defaultModel } = defaultProvider;
  if (id === null) return inputsOf(defaultModel);
  const { address, builtIn } = providerOfModel(id);
  const base = address.parse(env[address.variable] ?? address.usual).href;
  const known =
    builtIn.find((model) => model.id === id) ?? modelCache(modelsFolder(env)).read(base, id)?.model;
  return inputsOf(known ?? { ...defaultModel, id, inputSchema: null });
}

function inputsOf(model: Model): readonly InputHelp[] {
  return [...(compileInputs(model).fields?.values() ?? [])].map((field) => ({
    name: field.name,
    type: field.types.join(' or '),
    choices: field.choices,
    minimum: field.minimum,
    maximum: field.maximum,
    default: field.byDefault,
    required: field.required,
    description: field.description,
    format: field.format,
    ...placeOf(model.inputSchema?.properties, field.name),
  }));
}

/** What an input of a workflow is called besides its name, where its schema says so. */
function placeOf(properties: JsonValue | undefined, name: string): Pick<InputHelp, 'place'> {
  const own = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (!isJsonObject(own) || !Array.isArray(own['x-names'])) return {};
  const names = (own['x-names'] as readonly JsonValue[]).filter(
    (each) => typeof each === 'string',
  ) as string[];
  const title = typeof own.title === 'string' ? own.title : name;
  return { place: { title, names, isLinked: own.readOnly === true } };
}
