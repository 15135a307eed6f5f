import type { JsonForm } from '../report/events-json.ts';

/**
 * How programs want to be answered, as the command line says; null: they do not. Read off the words themselves, so that
 * it holds for a command line that is wrong, too.
 */
export function jsonFormIn(argv: readonly string[]): JsonForm | null {
  const end = argv.indexOf('--');
  let form: JsonForm | null = null;
  for (const word of end === -1 ? argv : argv.slice(0, end)) {
    const [name = '', ...value] = word.split('=');
    if (/^--no-json$/i.test(name)) form = null;
    if (!/^--json$/i.test(name)) continue;
    if (value[0] === 'false') form = null;
    else form = value[0] === 'summary' ? 'summary' : 'lines';
  }
  return form;
}
