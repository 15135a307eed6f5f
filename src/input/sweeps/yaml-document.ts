import { Composer, type CST, type Document, Lexer, type ParsedNode, Parser, type YAMLError } from 'yaml';
import { maxDepth } from '../json/json-faults.ts';
import { maxValues, tooManyValues } from '../json/value-tree.ts';
import type { TextFault } from '../reading.ts';

type Code = YAMLError['code'];
type YamlDocument = Document.Parsed;

/**
 * The one document of a YAML 1.2 text, with the core schema alone: no tags of any other kind. `content` is null for
 * one with only comments.
 */
export function yamlDocument(text: string): { readonly content: ParsedNode | null } | TextFault {
  // The library does not know a lone CR, which is as long as the LF that replaces it.
  const lines = text.replace(/\r(?!\n)/g, '\n');
  const lexemes = { left: maxValues };
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    // Our own check reports both names, in any case, and is not quadratic.
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
  });
  let first: YamlDocument | null = null;
  for (const next of composer.compose(tokens(lines, lexemes), true, lines.length)) {
    if (lexemes.left < 0) return { at: 0, kind: 'too_long', message: tooManyValues };
    const document: YamlDocument = next;
    const wrong = faultOf(document);
    if (wrong !== null && first === null) return wrong;
    if (first !== null) {
      const message = 'a second document begins here; a sweep is one document, so remove the line "---".';
      return { at: document.range[0], kind: 'yaml', message };
    }
    first = document;
  }
  return { content: (first?.contents ?? null) as ParsedNode | null };
}

/** What the parser makes of the text, up to the first thing it cannot make sense of, or to the maximum that is read. */
function* tokens(text: string, lexemes: { left: number }): Generator<CST.Token> {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    lexemes.left -= 1;
    if (lexemes.left < 0) return;
    for (const token of parser.next(lexeme)) {
      yield token;
      if (token.type === 'error') return;
    }
  }
  yield* parser.end();
}

function faultOf(document: YamlDocument): TextFault | null {
  const { errors, warnings, directives } = document;
  const [first] = [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  if (first !== undefined) return faultOfError(first);
  if (!directives.yaml.explicit || directives.yaml.version === '1.2') return null;
  const message = 'sweeps are YAML 1.2; remove the line that begins with %YAML.';
  return { at: 0, kind: 'yaml', message };
}

const sayings: Partial<Record<Code, string>> = {
  TAB_AS_INDENT: 'a tab cannot indent in YAML; use spaces.',
  BAD_ALIAS: 'in YAML a text cannot start with "*"; put it in quotes, as in "*".',
  BLOCK_AS_IMPLICIT_KEY: 'this looks like a key within a value; put a text that holds ": " in quotes.',
  BAD_SCALAR_START: 'in YAML a text cannot start with this character; put it in quotes.',
  TAG_RESOLVE_FAILED:
    'in YAML "!" begins a tag, and sweeps have none; put a text that starts with "!" in quotes.',
};

function faultOfError({ code, message, pos }: YAMLError): TextFault {
  const [at] = pos;
  if (code === 'RESOURCE_EXHAUSTION') {
    return { at, kind: 'nesting', message: `the value is nested more than ${maxDepth} levels deep.` };
  }
  if (message.endsWith('at node end')) {
    const advice = 'put a text that holds quotes, "[" or "{" in quotes as a whole.';
    return { at, kind: 'yaml', message: `something follows the end of a value; ${advice}` };
  }
  return { at, kind: 'yaml', message: sayings[code] ?? `the file is not valid YAML: ${sentence(message)}.` };
}

// The library's messages may quote the text, with whatever it contains.
function sentence(message: string): string {
  const plain = message.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ').replace(/[.\s]+$/, '');
  const short = plain.length > 160 ? `${plain.slice(0, 160)}…` : plain;
  return short.charAt(0).toLowerCase() + short.slice(1);
}
