import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';
import { byKey, isBesideOutputs, keyName, keyWords } from './output-keys.ts';
import type { SentBody } from './sent-body.ts';

/**
 * How providers say that a content policy has refused something: by a flag in a result, or by an error's words. The table is
 * what the models behind hosted APIs say (Ideogram, OpenAI, Azure, Google, fal,
 * Replicate, Stability, Black Forest Labs, Alibaba, ByteDance).
 */
const flags: readonly { readonly name: RegExp; readonly isRaised: (value: JsonValue) => boolean }[] = [
  {
    name: /^(is_|has_|contains_)?(nsfw|unsafe|flagged|blocked|censored|moderated|filtered|withheld)(_(concepts?|contents?|detected|output))*$/,
    isRaised: isYes,
  },
  {
    name: /^(is_)?(content|image|output|prompt|input|video|safety|moderation|nsfw)_(flagged|blocked|filtered|moderated|unsafe|violation|violations|detected|content_detected)$/,
    isRaised: isYes,
  },
  {
    name: /^(rai_media_filtered_(count|reasons?)|rai_filtered_reason|block_reason|refusal)$/,
    isRaised: isSaid,
  },
  { name: /^(is_)?((image|content|output|prompt|video)_)?(is_)?safe$/, isRaised: isNo },
  { name: /^(passed_(safety|moderation).*|(safety|moderation).*_passed)$/, isRaised: isNo },
  {
    name: /^(safety|moderation|content_(filter|policy|safety|moderation)|nsfw)(_(check|checker|status|result|results|verdict|decision|action|outcome))?$/,
    isRaised: isBadWord,
  },
  {
    name: /^(finish|finished|stop)_reasons?$/,
    isRaised: (value) => wordsIn(value).some((word) => refuses(word)),
  },
];

const flagsOf = byKey((key) => {
  const ownName = keyName(key);
  return flags.filter(({ name }) => name.test(ownName));
});

const deepest = 16;

/** What a result's own flag says against its content, such as `is_image_safe is false`; null: no flag is raised. */
export function safetyFlag(body: JsonObject): string | null {
  return raised(body, 0);
}

function raised(value: JsonValue, depth: number): string | null {
  if (typeof value !== 'object' || value === null || depth === deepest) return null;
  for (const [key, member] of Object.entries(value)) {
    if (typeof member === 'object' && isBesideOutputs(key)) continue;
    if (flagsOf(key).some(({ isRaised }) => isRaised(member))) return flagText(key, member);
    const below = raised(member, depth + 1);
    if (below !== null) return below;
  }
  return null;
}

function flagText(key: string, value: JsonValue): string {
  const items: readonly JsonValue[] = Array.isArray(value) ? value.slice(0, 8) : [value];
  const words = items.flatMap((item) => (typeof item === 'object' ? [] : [JSON.stringify(item)]));
  return `${key} is ${words.join(', ')}`;
}

function isYes(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item !== 'object' && isYes(item));
  if (typeof value === 'number') return value >= 0.5;
  return (
    value === true ||
    (typeof value === 'string' && /^(true|yes|1|detected|flagged|blocked|unsafe)$/i.test(value.trim()))
  );
}

function isNo(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item !== 'object' && isNo(item));
  return (
    value === false ||
    value === 0 ||
    (typeof value === 'string' && /^(false|no|0|unsafe)$/i.test(value.trim()))
  );
}

function isSaid(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'string' && isSaid(item));
  return typeof value === 'string'
    ? value.trim() !== '' && !/^(none|null|unspecified|.*_unspecified)$/i.test(value)
    : isYes(value);
}

function isBadWord(value: JsonValue): boolean {
  return (
    typeof value === 'string' &&
    /^(fail(ed)?|block(ed)?|reject(ed)?|flag(ged)?|refused?|unsafe|violation|violated|filtered|denied|nsfw)$/i.test(
      value.trim(),
    )
  );
}

/** Words of errors, in lower case with one blank between them; `^…$` for what means it only where it stands alone. */
const refusalWords: readonly RegExp[] = [
  /\bnsfw\b/,
  /^(safety|image safety|moderation|moderated|unsafe|sensitive|blocklist|prohibited|guardrails?|content blocked|flagged)$/,
  /\bcontent (policy|policies|filter|filters|filtered|filtering|moderation|moderated|safety|violation|restriction|restricted|checker|guidelines?)\b/,
  /\bmoderation (blocked|fail\w*|reject\w*|systems?|filters?|polic(y|ies)|checks?|violat\w+|trigger\w*|flag\w*)\b/,
  /\b(by|during|in|pass|passed|failed|our|request|image|images|input|output|prompt|text|video|was|were|been) moderat(ion|ed)\b/,
  /\bsafety (systems?|checks?|checkers?|filters?|polic(y|ies)|violations?|guidelines?|guard\w*|reasons?|concerns?|errors?|block\w*|fail\w*)\b/,
  /\b(polic(y|ies)|guidelines?|terms)\b.{0,40}\bviolat|\bviolat\w+\b.{0,60}\b(polic(y|ies)|guidelines?|terms)\b/,
  /\b(responsible ai|usage) (polic(y|ies)|filter)/,
  /(?<!\bcase )\bsensitive (content|words?|information|text|image|material)\b/,
  /\b(flagged|detected|identified|classified|considered|deemed|rejected|blocked) as (potentially )?(sensitive|unsafe|nsfw|inappropriate|harmful|explicit|adult)\b/,
  /\b(prohibited|inappropriate|unsafe|harmful|disallowed|adult|sexual|objectionable) (content|contents|prompt|image|images|input|output|text|material|use)\b/,
  /\b(explicit|violent) (content|contents|image|images|material)\b/,
  /\b(prompt|content|image|input|output|text|video|request)s? (was |were |is |are |has been |have been |got )?(flagged|censored|deemed unsafe|not safe|unsafe)\b/,
  /\b(flagged|blocked|rejected|refused|withheld)\b.{0,60}\b(safety|polic(y|ies)|filters?|sensitive|unsafe|guardrails?|moderat\w+)\b/,
  /\b(data inspection failed|risk control|guardrail (intervened|blocked|violation))\b/,
];

/** What broke while something was looked at says nothing about what was looked at. */
const technicalWords =
  /\b(unavailable|time ?d? ?out|timeout|overload(ed)?|out of memory|not (loaded|installed|found)|(failed|unable|could not|cannot) (to )?(load|connect|download|reach|import)|internal (server )?error|connection|rate limit(ed)?|http 5\d\d)\b/;

/** Whether an error's text, or a word such as `content_policy_violation`, is that of a content policy. */
export function refuses(text: string): boolean {
  const plain = keyWords(text).join(' ');
  return refusalWords.some((words) => words.test(plain)) && !technicalWords.test(plain);
}

const errorKeys = [
  ...['error', 'errors', 'error_code', 'error_type', 'error_message', 'error_details', 'detail', 'details'],
  ...['message', 'msg', 'reason', 'code', 'type', 'finish_reason', 'failure_reason', 'status_reason'],
] as const;

/**
 * Whether the body of an error, or of a failed generation, says that a content policy refused it: in a code, a type or
 * a sentence, however they are nested. Words of the request that it quotes are the user's own, and do not count.
 */
export function saysRefusal(body: JsonObject, sent: SentBody): boolean {
  const errors = errorKeys.flatMap((key) => (Object.hasOwn(body, key) ? [body[key] as JsonValue] : []));
  return errors.some(
    (error) => raised(error, 0) !== null || wordsIn(error).some((text) => refuses(sent.without(text))),
  );
}

/** Every text of a value, but for what it quotes of the request. */
function wordsIn(value: JsonValue, depth: number = 0): readonly string[] {
  if (typeof value === 'string') return [value.slice(0, 4_000)];
  if (typeof value !== 'object' || value === null || depth === deepest) return [];
  if (!isJsonObject(value)) {
    const items = value as readonly JsonValue[];
    const words = items.filter((item) => typeof item === 'string') as string[];
    // `["unsafe", "prompt"]` reads as one.
    const together = words.length > 1 ? [words.join(' ')] : [];
    return [...together, ...items.flatMap((item) => wordsIn(item, depth + 1))];
  }
  return Object.entries(value).flatMap(([key, member]) =>
    isBesideOutputs(key) || /^(prompt|negative_prompt|ctx|url|loc|traceback|stack|logs?)$/.test(keyName(key))
      ? []
      : wordsIn(member, depth + 1),
  );
}
