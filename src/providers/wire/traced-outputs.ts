import type { Output } from '../../core/job/outputs.ts';
import { withoutSecrets } from '../../core/secrets.ts';
import { cleanText } from '../../http/server-text.ts';

// A shorter token would be found in any link and any picture.
const minTraced = 6;

/** Outputs as they may be kept: nothing of the token is written into a file, or sent to a host of files. */
export function keptOutputs(token: string): (output: Output) => Output {
  const withoutToken = withoutSecrets([token], '');
  const redacted = withoutSecrets([token], '[token]');
  const isTraced = token.length >= minTraced;

  return (output) => {
    switch (output.type) {
      case 'link':
        return !isTraced || withoutToken(output.url) === output.url
          ? output
          : { type: 'note', sentence: 'A link of the result holds the API token and was left out.' };
      case 'document':
        return { ...output, text: redacted(output.text) };
      case 'note':
        return { ...output, sentence: cleanText(output.sentence, token) };
      case 'bytes': {
        const bytes = Buffer.from(output.bytes.buffer, output.bytes.byteOffset, output.bytes.byteLength);
        if (!isTraced || !bytes.includes(token)) return output;
        return { ...output, bytes: Buffer.from(redacted(bytes.toString('latin1')), 'latin1') };
      }
    }
  };
}
