import type { Model } from '../../core/models.ts';
import type { Provider } from '../../core/provider.ts';
import { accountHosts, tokenSources } from '../runcomfy-account.ts';
import { adoptableId } from '../wire/wire.ts';
import { defaultBaseUrl, parseBaseUrl } from './base-url.ts';
import { ideogramV2 } from './built-in.ts';

/** RunComfy's Model API. What talks to it is loaded when it is opened, so that `--help` does not wait for it. */
export const runcomfy: Provider & { readonly defaultModel: Model } = {
  name: 'runcomfy',
  title: 'RunComfy',
  nameInJobIds: null,
  modelPrefix: null,
  address: { usual: defaultBaseUrl, variable: 'RUNCOMFY_MODEL_API_BASE', parse: parseBaseUrl },
  tokens: tokenSources,
  builtIn: [ideogramV2],
  defaultModel: ideogramV2,
  async open(access, transport) {
    const [{ apiClient }, { withRefusalsTold }] = await Promise.all([
      import('./client.ts'),
      import('../wire/refused-submissions.ts'),
    ]);
    return withRefusalsTold(apiClient({ ...access, transport }));
  },
  async catalogue(access, transport) {
    const { catalogue } = await import('./catalogue.ts');
    return catalogue({ ...access, transport });
  },
  async modelIn(schemaFile, modelId) {
    const { readSchemaText } = await import('./schema-file.ts');
    return readSchemaText(schemaFile, modelId);
  },
  requestId: adoptableId,
  fileHosts: accountHosts,
  bodyLimits: { body: 64 * 1024 ** 2, media: { image: 50_000_000, video: 100_000_000, audio: null } },
  whereToLook: 'the Generations page of your RunComfy account',
};
