import type { Problem } from '../../core/complaints.ts';
import { fault, type Reading, shown } from '../reading.ts';

/** What is reported once about a text list, at its end. */
export interface TextListNotes {
  comment(line: number, text: string): void;
  /** A line of flags. */
  flags(line: number): void;
  infotext(line: number): void;
  say(severity: Problem['severity'], line: number, kind: string, message: string): void;
  report(): void;
}

interface Tally {
  readonly line: number;
  readonly text: string;
  count: number;
}

export function textListNotes({ file, report }: Pick<Reading, 'file' | 'report'>): TextListNotes {
  const tallies = new Map<'comment' | 'flags' | 'infotext', Tally>();
  const count = (kind: 'comment' | 'flags' | 'infotext', line: number, text = ''): void => {
    const known = tallies.get(kind);
    if (known === undefined) tallies.set(kind, { line, text, count: 1 });
    else known.count += 1;
  };
  const say: TextListNotes['say'] = (severity, line, kind, message) =>
    report({ ...fault(file, line, kind, message), severity });
  return {
    comment: (line, text) => count('comment', line, text),
    flags: (line) => count('flags', line),
    infotext: (line) => count('infotext', line),
    say,
    report() {
      const comment = tallies.get('comment');
      if (comment !== undefined) {
        const lines = comment.count === 1 ? '1 line that starts' : `${comment.count} lines that start`;
        const were = comment.count === 1 ? 'was' : 'were';
        const first = comment.count === 1 ? '' : ', first';
        const message = `${lines} with # ${were} left out${first} ${shown(comment.text)}; write \\# for a prompt that starts with it, or add --literal.`;
        say('note', comment.line, 'comment', message);
      }
      const flags = tallies.get('flags');
      if (flags !== undefined) {
        const lines = flags.count === 1 ? '1 line' : `${flags.count} lines`;
        say(
          'note',
          flags.line,
          'flag_lines',
          `${lines} with --prompt and other flags: each flag is a column.`,
        );
      }
      const infotext = tallies.get('infotext');
      if (infotext !== undefined) {
        const pictures = infotext.count === 1 ? '1 picture' : `${infotext.count} pictures`;
        const message = `the parameters of ${pictures}: prompt, negative prompt and seed are inputs, everything else is a column; --literal reads line by line.`;
        say('note', infotext.line, 'infotext', message);
      }
    },
  };
}
