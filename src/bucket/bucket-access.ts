import { UserError } from '../core/complaints.ts';
import type { Environment } from '../core/environment.ts';
import { isLoopback } from '../http/addresses.ts';
import { awsProfile } from './aws-files.ts';

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string | null;
}

/** A store that speaks S3, and who asks it. */
export interface BucketAccess {
  readonly endpoint: URL;
  readonly region: string;
  /** Whether the name of the bucket belongs before the host instead of into the path. */
  readonly namesHost: boolean;
  readonly credentials: Credentials;
}

const setUp = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, as for the AWS tools.';

/**
 * Endpoint and credentials, from where the AWS tools read them: first the environment, then the files in `~/.aws`.
 * Throws `UserError`: `output` where credentials are missing, `usage` for an endpoint that is none.
 */
export function bucketAccess(env: Environment, bucket: string): BucketAccess {
  const profile = awsProfile(env);
  const credentials = credentialsIn(env) ?? credentialsIn(named(profile));
  if (credentials === null) {
    const profileName = env.AWS_PROFILE?.trim() ?? '';
    const why =
      profileName === ''
        ? 'there are no credentials for it'
        : `the profile ${JSON.stringify(profileName)} holds no access key`;
    throw new UserError('output', `The files cannot be put into s3://${bucket}: ${why}.`, setUp);
  }
  const region = regionOf(env.AWS_REGION || env.AWS_DEFAULT_REGION || profile?.get('region') || 'us-east-1');
  const given = env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || profile?.get('endpoint_url');
  if (given !== undefined && given !== '') {
    const endpoint = endpointOf(given);
    return { endpoint, region, namesHost: false, credentials };
  }
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  // The certificate of the store covers one label before its own name.
  const namesHost = !bucket.includes('.');
  return { endpoint: new URL(`https://s3.${region}.${domain}`), region, namesHost, credentials };
}

/** The variables of these names that hold a secret. */
const bucketSecretVariables = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const;

function named(profile: ReturnType<typeof awsProfile>): Environment {
  return Object.fromEntries(
    bucketSecretVariables.map((name) => [name, profile?.get(name.toLowerCase()) ?? undefined]),
  );
}

function credentialsIn(env: Environment): Credentials | null {
  const [accessKeyId, secretAccessKey, token] = bucketSecretVariables.map((name) => env[name]?.trim() ?? '');
  if (!accessKeyId || !secretAccessKey) return null;
  if (![accessKeyId, secretAccessKey, token ?? ''].every((each) => /^[\x21-\x7e]*$/.test(each))) {
    throw new UserError(
      'output',
      'The AWS credentials hold characters that none have, such as spaces.',
      setUp,
    );
  }
  return { accessKeyId, secretAccessKey, sessionToken: token || null };
}

function regionOf(text: string): string {
  const region = text.trim();
  if (/^[a-z0-9-]{1,40}$/.test(region)) return region;
  throw new UserError(
    'usage',
    `The region ${JSON.stringify(region)} is not one.`,
    'Set AWS_REGION to a region such as eu-central-1.',
  );
}

function endpointOf(text: string): URL {
  const trimmed = text.trim();
  const shown = /[@?#]/.test(trimmed) ? 'The S3 endpoint' : `The S3 endpoint ${JSON.stringify(trimmed)}`;
  const refused = (why: string): UserError =>
    new UserError(
      'usage',
      `${shown} ${why}.`,
      'Set AWS_ENDPOINT_URL_S3 to an address such as https://s3.example.com.',
    );
  const url = URL.parse(trimmed);
  if (url === null || /[\\\u0000-\u0020\u007f]/.test(trimmed)) throw refused('is not a URL');
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refused('must be an address alone, without a user name, password, query or fragment');
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    throw refused('must start with https://; http:// is only allowed on this machine');
  }
  return url;
}
