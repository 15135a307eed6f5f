import { type Problem, showPlace } from '../../core/complaints.ts';
import { countOf, showCount } from '../../core/counts.ts';
import { plainText, type Terminal, toned } from '../terminal/terminal.ts';

// More of one severity than this are summarised by kind.
const maxInFull = 100;

/**
 * Errors first, then warnings, then notes, each on its line as `file:line:column message`, and the number of errors
 * and warnings at the end.
 */
export function problemsText(problems: readonly Problem[], terminal: Terminal): string {
  const of = (severity: Problem['severity']): readonly Problem[] =>
    problems.filter((problem) => problem.severity === severity);
  const [errors, warnings, notes] = [of('error'), of('warning'), of('note')];
  const counts = [
    ...(errors.length > 0 ? [countOf(errors.length, 'error')] : []),
    ...(warnings.length > 0 ? [countOf(warnings.length, 'warning')] : []),
  ];
  if (problems.length === 0) return '';
  const total = toned(terminal, errors.length > 0 ? 'red' : 'yellow', counts.join(', '));
  return `${[
    ...problemLines(errors, terminal),
    ...problemLines(warnings, terminal),
    ...problemLines(notes, terminal),
    ...(counts.length === 0 ? [] : [total]),
  ].join('\n')}\n`;
}

function problemLines(problems: readonly Problem[], terminal: Terminal): string[] {
  if (problems.length <= maxInFull) return problems.map((problem) => problemLine(problem, terminal));
  return groupedLines(problems, terminal);
}

/** The first of each kind and how many more there are, the most frequent kind first. */
export function groupedLines(problems: readonly Problem[], terminal: Terminal): string[] {
  return [...Map.groupBy(problems, ({ kind }) => kind)]
    .sort(([, a], [, b]) => b.length - a.length)
    .flatMap(([kind, alike]) => {
      const more = `    and ${showCount(alike.length - 1)} more of this kind (${plainText(kind)})`;
      const first = problemLine(alike[0] as Problem, terminal);
      return alike.length > 1 ? [first, toned(terminal, 'dim', more)] : [first];
    });
}

// The place comes first, where editors and terminals look for it.
function problemLine({ severity, place, message }: Problem, terminal: Terminal): string {
  const where = place === null ? '' : `${toned(terminal, 'bold', plainText(showPlace(place)))} `;
  return `${where}${wordOf(severity, terminal)}${plainText(message)}`;
}

function wordOf(severity: Problem['severity'], terminal: Terminal): string {
  switch (severity) {
    case 'error':
      return '';
    case 'warning':
      return `${toned(terminal, 'yellow', 'warning:')} `;
    case 'note':
      return `${toned(terminal, 'dim', 'note:')} `;
  }
}
