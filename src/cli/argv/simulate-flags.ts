import { type FlagTable, list, text } from './flag-kinds.ts';

export const simulateFlags = {
  port: text('N', 'port on 127.0.0.1; 0 takes a free one', { usual: '8787' }),
  latency: text('TIME', 'how long jobs run: 4s, lognormal(4s,0.5), uniform(1s,8s) or bimodal(…)', {
    usual: 'lognormal(4s,0.5)',
  }),
  slots: text('N', 'jobs that run at the same time', { usual: '64' }),
  'fail-rate': text('SHARE', 'share of jobs that fail, 0 to 1', { usual: '0' }),
  faults: list(
    'FAULTS',
    'faults by probability, and outages: submit.resetAfter=0.05,"outage=submits 503 after 100 for 2m"',
    {
      alias: 'fault',
    },
  ),
  balance: text('USD', 'account balance', { usual: 'endless' }),
  price: text('USD|none', 'base price of the default model', { usual: '0.08' }),
  seed: text('N', 'random seed', { usual: '1' }),
  'in-flight-limit': text('N', 'answer 429 above this many unfinished requests', { group: 'Limits' }),
  'requests-per-second': text('N', 'answer 429 above this many calls a second', { group: 'Limits' }),
  'submits-per-minute': text('N', 'answer 429 above this many submissions a minute', { group: 'Limits' }),
  'submit-burst': text('N', 'burst allowed before --submits-per-minute applies evenly', {
    group: 'Limits',
  }),
  'retry-after': text('FORM', 'how a 429 states the wait', {
    group: 'Limits',
    words: ['seconds', 'date', 'body', 'text', 'none'],
  }),
  outputs: text('FORM', 'shape of results', {
    group: 'Answers',
    usual: 'objects',
    words: ['objects', 'bare', 'mixed'],
  }),
  wording: text('FORM', 'varied: answers and states as seen in practice; plain: as documented', {
    group: 'Answers',
    usual: 'varied',
    words: ['varied', 'plain'],
  }),
  'link-lifetime': text('TIME', 'sign links and let them expire after this time', {
    group: 'Answers',
    usual: 'no expiry',
  }),
  'page-cap': text('N', 'models per page of the catalogue at most', { group: 'Answers' }),
  token: text('TOKEN', 'the only token that is accepted', { group: 'Answers', usual: 'any' }),
  'token-refusal': text('FORM', 'how another token is refused: 401 with a code, or a bare 403', {
    group: 'Answers',
    usual: 'code',
    words: ['code', 'gateway'],
  }),
  instances: text('N', 'the most instances of each deployment', { group: 'Deployments', usual: 'its own' }),
  'queue-size': text('N', 'waiting requests per instance that start another one', {
    group: 'Deployments',
    usual: 'its own',
  }),
  'cold-start': text('TIME', 'how long an instance takes to start', {
    group: 'Deployments',
    usual: 'twice a run time',
  }),
  'keep-warm': text('TIME', 'how long an idle instance stays', { group: 'Deployments', usual: 'its own' }),
  'files-kept': text('TIME', 'how long files are kept after a request has ended', {
    group: 'Deployments',
    usual: '7d',
  }),
  journal: text('FILE', "file that keeps the simulator's requests across restarts", { group: 'Answers' }),
} as const satisfies FlagTable;

export const receiveFlags = {
  'public-url': text('URL', 'how your proxy or tunnel is reached, such as https://me.example/rcb'),
  port: text('N', 'port to listen on; 0 takes a free one', { usual: '8788' }),
  host: text('ADDRESS', 'address of this machine to listen on', { usual: '127.0.0.1' }),
  file: text('FILE', 'keep the callbacks in FILE instead of a run folder'),
  'secret-file': text('FILE', 'file with the secret part of the address; made if there is none'),
} as const satisfies FlagTable;
