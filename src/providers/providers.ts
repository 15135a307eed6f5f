import type { Model } from '../core/models.ts';
import type { Provider } from '../core/provider.ts';
import { runcomfy } from './runcomfy/runcomfy.ts';
import { serverless } from './serverless/serverless.ts';

/** Every provider by its name: another one is a folder beside these and a line here. */
export const providers = { runcomfy, serverless } as const satisfies Record<string, Provider>;

/** The one that serves where nothing names another. It has a model for rows that name none. */
export const defaultProvider: Provider & { readonly defaultModel: Model } = providers.runcomfy;
