import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { saysRefusal } from '../../../src/providers/wire/refusals.ts';
import { sentBody } from '../../../src/providers/wire/sent-body.ts';

const says = (body: JsonObject, sent: JsonObject | null = null): boolean => saysRefusal(body, sentBody(sent));

describe('an error is that of a content policy', () => {
  test.each<JsonObject>([
    { error: 'content_policy_violation' },
    { error: { code: 'content_filter', message: 'Sorry.' } },
    { error: { type: 'moderation_blocked' } },
    { error_code: 'NSFW', error_message: 'no' },
    { error: 'safety' },
    { error: ['unsafe', 'prompt'] },
    { error: [{ errorCode: 'PROHIBITED_CONTENT', error: 'x', debugInfo: '' }] },
    { detail: [{ loc: ['body', 'prompt'], type: 'content_policy_violation', msg: 'no', input: 'a prompt' }] },
    { error: 'Prompt or provided image failed the safety checks' },
    { error: 'Your request was rejected as a result of our safety system.' },
    { error: 'NSFW content detected. Try running it again, or try a different prompt.' },
    { error: 'The input or output was flagged as sensitive. Please try again with different inputs. (E005)' },
    { error: { message: 'This violates our usage policies.' } },
    { error: 'Request Moderated' },
    { error: 'Content Moderated' },
    { error: { code: 'ResponsibleAIPolicyViolation' } },
    { error: { code: 'DataInspectionFailed', message: 'Output data may contain inappropriate content.' } },
    { error: { code: 'InputTextSensitiveContentDetected' } },
    { error: { code: 'OutputVideoSensitiveContentDetected.PolicyViolation' } },
    { error: 'The prompt was blocked by a content filter' },
    { error: { nsfw: true } },
    { error: 'failed', error_type: 'content_policy' },
    { error: { finish_reason: 'SAFETY' } },
  ])('%j', (body) => {
    expect(says(body)).toBe(true);
  });
});

describe('an error is not that of a content policy', () => {
  test.each<JsonObject>([
    { error: 'CUDA out of memory' },
    { error: 'The file model.safetensors was not found' },
    { error: 'Failed to load safety_checker' },
    { error: 'The content moderation service is unavailable' },
    { error: 'safety_tolerance must be between 1 and 6' },
    { error: 'moderation must be one of auto, low' },
    { error: { code: 500, message: 'Internal server error' } },
    { error: 'Header names are case sensitive text' },
    { error: 'Illegal input shape' },
    { error: 'Access denied by bucket policy' },
    { error: null, logs: 'nsfw check: passed' },
    { error: { message: 'bad seed', input: { negative_prompt: 'nsfw' } } },
    { error: { nsfw: false } },
    {},
  ])('%j', (body) => {
    expect(says(body)).toBe(false);
  });

  test('because it quotes the request', () => {
    const sent = { prompt: 'a cat', negative_prompt: 'nsfw, blurry' };
    const error = 'Cannot parse the text "nsfw, blurry" of the field negative_prompt';
    expect(says({ error }, sent)).toBe(false);
    expect(says({ error })).toBe(true);
  });
});
