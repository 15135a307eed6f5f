import { parseAst } from 'vite';

/** One function of a file, those within it included. */
export interface OwnFunction {
  /** Its name; where it has none, the line that it begins in. */
  readonly name: string;
  readonly lines: number;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly id?: { readonly name: string } | null;
}

const functionTypes = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Every function of a TypeScript file. */
export function functionsOf(text: string): readonly OwnFunction[] {
  const found: OwnFunction[] = [];
  function visit(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Node;
    if (functionTypes.has(node.type)) {
      const name = node.id?.name ?? `line ${lineCount(text.slice(0, node.start))}`;
      found.push({ name, lines: lineCount(text.slice(node.start, node.end)) });
    }
    for (const part of Object.values(value)) visit(part);
  }
  visit(parseAst(text, { lang: 'ts' }));
  return found;
}

export function lineCount(text: string): number {
  return text.split('\n').length;
}
