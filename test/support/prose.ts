import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

/** A piece of English in a file: a string literal, a comment, or a line of a document. */
export interface Prose {
  readonly kind: 'string' | 'comment' | 'line';
  readonly line: number;
  readonly text: string;
}

// After these a slash divides; after any other token it begins a regular expression.
const endsOperand: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
]);

/** The string literals and comments of TypeScript. `…` stands for what a template inserts. */
export function proseOfCode(code: string): readonly Prose[] {
  const scanner = createScanner(false);
  scanner.setText(code);
  const found: Prose[] = [];
  // The templates that are open, with the braces that are open in what they insert.
  const templates: { text: string; start: number; braces: number }[] = [];
  let before: SyntaxKind = SyntaxKind.Unknown;
  const add = (kind: Prose['kind'], start: number, text: string): void =>
    void found.push({ kind, line: lineAt(code, start), text });

  for (let token = scanner.scan(); token !== SyntaxKind.EndOfFile; token = scanner.scan()) {
    const template = templates.at(-1);
    if (token === SyntaxKind.SlashToken && !endsOperand.has(before)) token = scanner.reScanSlashToken();
    if (token === SyntaxKind.CloseBraceToken && template?.braces === 0) {
      token = scanner.reScanTemplateToken(false);
      template.text += `…${scanner.getTokenValue()}`;
    }
    const start = scanner.getTokenStart();
    if (token === SyntaxKind.StringLiteral || token === SyntaxKind.NoSubstitutionTemplateLiteral) {
      add('string', start, scanner.getTokenValue());
    } else if (token === SyntaxKind.TemplateHead) {
      templates.push({ text: scanner.getTokenValue(), start, braces: 0 });
    } else if (token === SyntaxKind.TemplateTail && template !== undefined) {
      templates.pop();
      add('string', template.start, template.text);
    } else if (token === SyntaxKind.OpenBraceToken && template !== undefined) template.braces += 1;
    else if (token === SyntaxKind.CloseBraceToken && template !== undefined) template.braces -= 1;
    else if (comments.has(token)) add('comment', start, commentText(scanner.getTokenText()));
    if (token > SyntaxKind.LastTriviaToken) before = token;
  }
  return joined(found);
}

const comments: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
]);

function commentText(text: string): string {
  return text
    .replace(/^\/\*+|\*+\/$|^\/\/|^\s*\*/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function lineAt(code: string, position: number): number {
  return code.slice(0, position).split('\n').length;
}

/** Comments on consecutive lines as one, so that a phrase across a line break is found. */
function joined(prose: readonly Prose[]): readonly Prose[] {
  const all: (Prose & { readonly last: number })[] = [];
  for (const each of prose) {
    const before = all.at(-1);
    if (each.kind === 'comment' && before?.kind === 'comment' && before.last === each.line - 1) {
      all.splice(-1, 1, { ...before, text: `${before.text} ${each.text}`, last: each.line });
    } else all.push({ ...each, last: each.line });
  }
  return all.map(({ kind, line, text }) => ({ kind, line, text }));
}

/** The lines of a document that people read: code blocks are left out, since they show what is typed. */
export function proseOfDocument(text: string): readonly Prose[] {
  const lines: Prose[] = [];
  let inBlock = false;
  for (const [index, line] of text.split('\n').entries()) {
    if (line.startsWith('```')) inBlock = !inBlock;
    else if (!inBlock) lines.push({ kind: 'line', line: index + 1, text: line });
  }
  return lines;
}
