import type { Provider } from '../../core/provider.ts';
import { parseAddress } from '../../http/addresses.ts';
import { accountHosts, modelApiAddress, tokenSources } from '../runcomfy-account.ts';
import { adoptableId, parseRequestId } from '../wire/wire.ts';
import { modelPrefix } from './deployment-ids.ts';

const usual = 'https://api.runcomfy.net';

/** RunComfy Serverless: a user's own workflows and LoRAs, deployed on machines of their own. */
export const serverless: Provider = {
  name: 'serverless',
  title: 'RunComfy Serverless',
  nameInJobIds: 'serverless',
  modelPrefix,
  listsDeployments: true,
  // A workflow changes with its next version, which people try at once.
  modelsFreshMs: 5 * 60_000,
  address: {
    usual,
    variable: 'RUNCOMFY_API_BASE',
    parse(text) {
      const url = parseAddress(text, usual);
      url.pathname = url.pathname.replace(/\/prod(\/v\d)?$/, '');
      return url;
    },
  },
  tokens: { ...tokenSources, sharedWith: { provider: 'runcomfy', address: modelApiAddress } },
  builtIn: [],
  defaultModel: null,
  async open(access, transport) {
    const [{ deploymentClient }, { withRefusalsTold }] = await Promise.all([
      import('./deployment-client.ts'),
      import('../wire/refused-submissions.ts'),
    ]);
    return withRefusalsTold(deploymentClient({ ...access, transport }));
  },
  async catalogue(access, transport) {
    const { deploymentCatalogue } = await import('./deployment-catalogue.ts');
    return deploymentCatalogue({ ...access, transport });
  },
  async modelIn(schemaFile, modelId) {
    const { readWorkflowFile } = await import('./workflow-file.ts');
    return readWorkflowFile(schemaFile, modelId);
  },
  requestId: adoptableId,
  callback(body) {
    const requestId = parseRequestId(body.request_id);
    const status = body.status ?? body.outcome;
    return requestId === null ? null : { requestId, status: typeof status === 'string' ? status : null };
  },
  fileHosts: accountHosts,
  bodyLimits: { body: 64 * 1024 ** 2, media: { image: 50_000_000, video: 100_000_000, audio: null } },
  filesKeptMs: 7 * 24 * 3_600_000,
  whereToLook: 'the requests of the deployment on the Deployments page of your RunComfy account',
};
