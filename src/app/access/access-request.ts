import type { Environment } from '../../core/environment.ts';
import type { Provider } from '../../core/provider.ts';

/** Puts a question to the user; anything but a yes is a no. null: there is nobody to ask. */
export type Ask = (question: string) => Promise<boolean | null>;

/** Where the API is and what opens it, as the user says it. */
export interface AccessRequest {
  /** Left out: the usual one, or that of the folder. */
  readonly provider?: Provider;
  /** null: as the folder, the environment or the provider has it. */
  readonly baseUrl: string | null;
  readonly tokenFile: string | null;
  /** The token itself, which goes before any file or variable. Left out: it is looked for. */
  readonly token?: string;
  readonly env: Environment;
  /** Address and token are meant, though jobs in flight belong to others. */
  readonly isAccountMeant: boolean;
  readonly ask: Ask;
}
