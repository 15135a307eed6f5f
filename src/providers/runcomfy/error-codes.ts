import type { ErrorCodes } from '../wire/answers.ts';

/** Source: the page of error codes of the Model API. */
export const errorCodes: ErrorCodes = {
  meanings: new Map([
    [400001, { submit: 'model_not_found' }],
    [400002, { submit: 'no_balance' }],
    [400004, { submit: 'unauthorized', read: 'unauthorized' }],
    [403001, { read: 'lost' }],
    [404001, { read: 'lost' }],
  ]),
  unfinished: 400005,
};
