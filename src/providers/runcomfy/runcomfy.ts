import type { Provider } from '../../core/provider.ts';
import { defaultBaseUrl, parseBaseUrl } from './base-url.ts';
import { catalogue } from './catalogue.ts';
import { apiClient } from './client.ts';
import { withRefusalsTold } from './refused-submissions.ts';
import { readSchemaText } from './schema-file.ts';
import { tokenSources } from './token-sources.ts';
import { adoptableId } from './wire.ts';

/** RunComfy's Model API. */
export const runcomfy: Provider = {
  name: 'runcomfy',
  title: 'RunComfy',
  nameInJobIds: null,
  address: { usual: defaultBaseUrl, variable: 'RUNCOMFY_MODEL_API_BASE', parse: parseBaseUrl },
  tokens: tokenSources,
  open: (access, transport) => withRefusalsTold(apiClient({ ...access, transport })),
  catalogue: (access, transport) => catalogue({ ...access, transport }),
  requestId: adoptableId,
  modelIn: readSchemaText,
  fileHosts: ['runcomfy.net', 'runcomfy.com'],
  whereToLook: 'the Generations page of your RunComfy account',
};
