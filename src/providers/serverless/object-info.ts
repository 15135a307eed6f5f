import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { accountHosts } from '../runcomfy-account.ts';
import type { Endpoint } from '../wire/authorized.ts';
import { parseBody } from '../wire/wire.ts';
import type { NodeTypes } from './node-types.ts';

// It describes all kinds of nodes that an installation has, which are thousands. A plan does not wait longer for it.
const limits = { timeoutMs: 8_000, answerBytes: 32 * 1024 * 1024 };
const maxChoices = 1_000;
const maxChoiceLength = 300;

/**
 * What the nodes of these kinds take, from where a deployment says that it is described; nothing where that is not one of
 * the provider's own hosts, or does not answer soon. The token goes to the API's own host alone.
 */
export async function nodeTypesAt(
  address: string,
  kinds: ReadonlySet<string>,
  { base, token, transport }: Endpoint,
  signal: AbortSignal,
): Promise<NodeTypes> {
  const url = URL.parse(address);
  if (url === null || !(url.origin === base.origin || isOwnHost(url))) return new Map();
  const headers = {
    accept: 'application/json',
    'accept-encoding': 'identity',
    'user-agent': 'runcomfy-batch',
    ...(url.origin === base.origin ? { authorization: `Bearer ${token}` } : {}),
  };
  const path = `${url.pathname}${url.search}`;
  const call = { origin: url.origin, path, method: 'GET', headers, body: null } as const;
  const end = await transport.exchange(call, limits, signal);
  signal.throwIfAborted();
  const body = end.type === 'answered' && end.status === 200 ? parseBody(end.text) : null;
  return body === null ? new Map() : readNodeTypes(body, kinds);
}

function isOwnHost({ protocol, port, username, hostname }: URL): boolean {
  const isPlain = protocol === 'https:' && port === '' && username === '';
  return isPlain && accountHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
}

/** The inputs of the kinds that matter, as JSON Schema; what is described in an odd way is left out. */
export function readNodeTypes(body: JsonObject, kinds: ReadonlySet<string>): NodeTypes {
  const types = new Map<string, ReadonlyMap<string, JsonObject>>();
  for (const kind of kinds) {
    const node = Object.hasOwn(body, kind) ? body[kind] : undefined;
    if (!isJsonObject(node) || !isJsonObject(node.input)) continue;
    const { required, optional } = node.input;
    const inputs = [required, optional].flatMap((part) => (isJsonObject(part) ? Object.entries(part) : []));
    types.set(
      kind,
      new Map(
        inputs.flatMap(([name, given]) => {
          const schema = schemaOf(given);
          return schema === null ? [] : [[name, schema] as const];
        }),
      ),
    );
  }
  return types;
}

/** `["INT", {"min": 1}]`, `[["euler", "heun"]]`, `["COMBO", {"options": […]}]` */
function schemaOf(given: JsonValue): JsonObject | null {
  if (!Array.isArray(given)) return null;
  const [type, terms] = given as readonly JsonValue[];
  const options = isJsonObject(terms) ? terms : {};
  const media = (['image', 'video', 'audio'] as const).find((family) => options[`${family}_upload`] === true);
  if (media !== undefined) return { type: 'string', format: `${media}_uri` };
  switch (type) {
    case 'INT':
      return { type: 'integer', ...limitsOf(options) };
    case 'FLOAT':
      return { type: 'number', ...limitsOf(options) };
    case 'BOOLEAN':
      return { type: 'boolean' };
    case 'STRING':
      return { type: 'string' };
    default:
      return choicesOf(type === 'COMBO' ? options.options : type);
  }
}

/** A limit that no number here reaches is the largest that can be sent exactly. */
function limitsOf({ min, max }: JsonObject): JsonObject {
  const bound = (value: JsonValue | undefined): number | null =>
    typeof value === 'number' && Number.isFinite(value)
      ? Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, value))
      : null;
  const [minimum, maximum] = [bound(min), bound(max)];
  return { ...(minimum === null ? {} : { minimum }), ...(maximum === null ? {} : { maximum }) };
}

function choicesOf(value: JsonValue | undefined): JsonObject | null {
  if (!Array.isArray(value) || value.length === 0 || value.length > maxChoices) return null;
  const choices = value as readonly JsonValue[];
  const isPlain = choices.every(
    (choice) =>
      (typeof choice === 'string' && choice.length <= maxChoiceLength) || typeof choice === 'number',
  );
  return isPlain ? { enum: [...new Set(choices)] } : null;
}
