import type { ErrorCodes } from '../wire/answers.ts';

/**
 * Source: the page of error codes of the serverless API. Those of five digits come before a request is accepted; those
 * of six begin with the HTTP status that says the same.
 */
export const serverlessCodes: ErrorCodes = {
  meanings: new Map([
    [
      10001,
      { submit: 'no_balance', sentence: 'The balance or plan allows no run, so the deployment is off' },
    ],
    [10002, { submit: 'model_not_found', sentence: 'The deployment is disabled; enable it on its page' }],
    [10003, { submit: 'model_not_found', sentence: 'The deployment was deleted; choose another one' }],
    [401001, { submit: 'unauthorized', read: 'unauthorized' }],
    [403003, { submit: 'model_not_found', read: 'lost' }],
    [404001, { submit: 'model_not_found', read: 'lost' }],
  ]),
  unfinished: null,
};
