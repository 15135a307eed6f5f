import type { Model } from '../core/models.ts';
import type { Provider } from '../core/provider.ts';
import { runcomfy } from './runcomfy/runcomfy.ts';

/** Every provider by its name: a second one is a folder beside `runcomfy` and a line here. */
export const providers = { runcomfy } as const satisfies Record<string, Provider>;

/** The one that serves where nothing names another. It has a model for rows that name none. */
export const defaultProvider: Provider & { readonly defaultModel: Model } = providers.runcomfy;
