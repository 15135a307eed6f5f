import { join } from 'node:path';
import { isJsonObject } from '../../core/json.ts';
import type { TokenSources } from '../../core/provider.ts';

export const tokenSources: TokenSources = {
  // The last is the placeholder of the API's own page, which people copy.
  variables: ['RUNCOMFY_API_TOKEN', 'RUNCOMFY_TOKEN', 'RUNCOMFY_API_KEY', 'YOUR_API_TOKEN'],
  page: 'https://www.runcomfy.com/profile',
  files(env, home) {
    const folders = [
      env.RUNCOMFY_CONFIG_DIR,
      env.XDG_CONFIG_HOME && join(env.XDG_CONFIG_HOME, 'runcomfy'),
      join(env.HOME ?? home, '.config', 'runcomfy'),
    ];
    return folders.flatMap((folder) => (folder ? [join(folder, 'token.json')] : []));
  },
  read(text) {
    try {
      const parsed: unknown = JSON.parse(text);
      const token = isJsonObject(parsed) ? parsed.access_token : null;
      return typeof token === 'string' && token.trim() !== '' ? token.trim() : null;
    } catch {
      return null;
    }
  },
};
