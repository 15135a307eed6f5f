import { UserError } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { Model } from '../../core/models.ts';
import type { Catalogue } from '../../core/provider.ts';
import type { Answer, Broken } from '../../core/transport.ts';
import { readBalanceUsd } from '../runcomfy-account.ts';
import { authorizedCalls, type Endpoint } from '../wire/authorized.ts';
import { catalogueReads } from '../wire/catalogue-reads.ts';
import { deploymentPath } from './deployment-ids.ts';
import { readDeployment } from './deployment-wire.ts';
import { nodeTypesAt } from './object-info.ts';
import { serverlessCodes } from './serverless-codes.ts';

const version = '/prod/v2';

export function deploymentCatalogue(given: Endpoint): Catalogue {
  const endpoint = { ...given, codes: serverlessCodes };
  const { token } = given;
  const calls = authorizedCalls(given);
  const { readBody, lacking, isMissing } = catalogueReads(endpoint, {
    without: (what) =>
      what.startsWith('deployment ') ? 'give its workflow with --workflow workflow_api.json' : null,
  });

  return {
    async model(id, signal) {
      const path = deploymentPath(id);
      if (path === null) return null;
      const end = await calls.readLong(`${version}${path}?includes=payload`, signal);
      if (isMissing(end) || isOddId(end)) return null;
      const what = `deployment ${id}`;
      const body = readBody(end, what, signal);
      const read = readDeployment(body, token);
      if (read === null || read.model.id !== id) throw lacking(what, end);
      if (!read.isEnabled) throw disabled(read.model);
      const { described } = read;
      if (described === null) return read.model;
      const types = await nodeTypesAt(described.address, described.kinds, given, signal);
      return readDeployment(body, token, types)?.model ?? read.model;
    },

    async *search(words, signal) {
      const what = 'list of deployments';
      const end = await calls.readLong(`${version}/deployments`, signal);
      const list = listIn(readBody(asObject(end), what, signal));
      if (list === null) throw lacking(what, end);
      const wanted = (words ?? '').toLowerCase().split(/\s+/).filter(Boolean);
      for (const entry of list) {
        const read = readDeployment(entry, token);
        if (read === null) continue;
        const model = read.isEnabled ? read.model : markedDisabled(read.model);
        const text = `${model.id} ${model.displayName ?? ''}`.toLowerCase();
        if (wanted.every((word) => text.includes(word))) yield model;
      }
    },

    async balanceUsd(signal) {
      const end = await calls.read('GET', `${version}/balance`, signal);
      const usd = readBalanceUsd(readBody(end, 'balance', signal));
      if (usd === null) throw lacking('balance', end);
      return usd;
    },
  };
}

/** An id of another form than the API's own is refused as an input of the call. */
function isOddId(end: Answer | Broken): boolean {
  return (
    end.type === 'answered' &&
    (end.status === 400 || end.status === 422) &&
    /"deployment_id"|\buuid\b/i.test(end.text)
  );
}

function markedDisabled(model: Model): Model {
  return { ...model, displayName: `${model.displayName ?? ''} (disabled)`.trim() };
}

function disabled({ id, displayName }: Model): UserError {
  const name = displayName === null ? id : `${id} ("${displayName}")`;
  return new UserError(
    'input',
    `The deployment ${name} is disabled.`,
    'Enable it on the Deployments page of your RunComfy account, then run the same command again.',
  );
}

/** A list as the object that holds it. */
function asObject(end: Answer | Broken): Answer | Broken {
  return end.type === 'answered' && /^\s*\[/.test(end.text)
    ? { ...end, text: `{"deployments":${end.text}}` }
    : end;
}

function listIn(body: JsonObject): readonly JsonValue[] | null {
  for (const key of ['deployments', 'data', 'items', 'results'] as const) {
    const list = body[key];
    if (Array.isArray(list)) return list as readonly JsonValue[];
  }
  return null;
}
