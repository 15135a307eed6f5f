import './job-panel.css';
import { commandAgain } from '../../../core/command-again.ts';
import { nameOf, promptText } from '../../../core/job/named-inputs.ts';
import type { PageHead, PageJob } from '../../page-data.ts';
import { dirOf, ownId } from '../../pairs/compared-folders.ts';
import { compareButton } from '../comparison/compare-button.ts';
import { instant } from '../job/instant.ts';
import { showCommand, varyCommand } from '../job/job-commands.ts';
import { phasesOf, timestampsOf } from '../job/job-times.ts';
import { valueText } from '../job/job-words.ts';
import { stateMark } from '../job/state-mark.ts';
import { fileName, placeOf } from '../media/media-element.ts';
import { starButton } from '../picks/star-button.ts';
import type { App } from '../state/app.ts';
import { bytesText, costText, sizeText, tookText } from '../widgets/amounts.ts';
import { bound } from '../widgets/bound-elements.ts';
import { copyButton } from '../widgets/clipboard.ts';
import { element, urlOf } from '../widgets/dom.ts';
import { familyStrip } from './family-strip.ts';
import { pairStrip } from './pair-strip.ts';

type Row = readonly [name: string | Node, value: string | Node | null];

/** Everything known about a job, with buttons that copy its inputs and commands. */
export function jobPanel(app: App, job: PageJob, file: number): HTMLElement {
  return element(
    'div',
    { class: 'job-panel' },
    heading(app, job),
    promptPart(job),
    copyPart(app, job, file),
    noteField(app, job.job),
    pairStrip(app, job),
    familyStrip(app, job),
    facts('Inputs', inputRows(job)),
    facts('Tags', Object.entries(job.tags)),
    facts('File', fileRows(job, file)),
    facts('Notes', noteRows(job)),
    facts('Job', jobRows(app, job)),
    facts('Times', timeRows(job)),
  );
}

function heading(app: App, job: PageJob): HTMLElement {
  const mark = element('p', { class: 'job-panel-state' }, stateMark(job.state), job.state);
  return element('header', {}, mark, compareButton(app, job.job), starButton(app, job.job));
}

function promptPart({ input, name }: PageJob): HTMLElement | null {
  const prompt = promptText(input);
  const row = name === null ? null : element('p', { class: 'job-panel-name' }, name);
  if (prompt === null) return row;
  return element('div', { class: 'job-panel-prompt' }, row, element('p', {}, prompt));
}

function noteField({ picks }: App, job: string): HTMLElement {
  const field = element('textarea', {
    class: 'job-panel-note',
    rows: 1,
    placeholder: 'Add a note',
    'aria-label': 'Note',
  });
  field.addEventListener('input', () => picks.note(job, field.value));
  const trouble = element('p', { class: 'job-panel-trouble', role: 'status' });
  bound(picks, trouble, (target) => target.replaceChildren(picks.trouble() ?? ''));
  bound(picks, field, (target) => {
    const { note } = picks.of(job);
    if (target.value !== note) target.value = note;
  });
  return element('div', {}, field, trouble);
}

function facts(title: string, rows: readonly Row[]): HTMLElement | null {
  const known = rows.filter(([, value]) => value !== null);
  if (known.length === 0) return null;
  const list = element('dl', {});
  for (const [name, value] of known) list.append(element('dt', {}, name), element('dd', {}, value));
  return element('section', {}, element('h3', {}, title), list);
}

/** Axes first, since they are what the user compares. */
function inputRows({ input, names: keys, axes }: PageJob): Row[] {
  const names = [...new Set([...Object.keys(axes), ...Object.keys(input)])].filter(
    (name) => name !== 'prompt',
  );
  return names.map((name) => {
    const text = valueText(Object.hasOwn(input, name) ? input[name] : axes[name]);
    const key = nameOf(name, keys);
    const label = key === name ? name : element('span', { title: key }, name);
    return [label, Object.hasOwn(axes, name) ? element('strong', {}, text) : text];
  });
}

function fileRows({ outputs }: PageJob, file: number): Row[] {
  const output = outputs[file] ?? outputs[0];
  if (output === undefined) return [];
  const link = element('a', { href: urlOf(output.path), target: '_blank', rel: 'noopener' });
  link.append(fileName(output.path));
  return [
    ['name', link],
    ['size', sizeText(output)],
    ['bytes', element('span', { title: `${output.bytes} bytes` }, bytesText(output.bytes))],
    ['type', output.mime],
    ['file', outputs.length > 1 ? `${file + 1} of ${outputs.length}` : null],
  ];
}

/** Which parts of the result could not be saved, and the raw answer of the server. */
function noteRows({ notes, answer }: PageJob): Row[] {
  const link =
    answer === null ? null : element('a', { href: urlOf(answer), target: '_blank', rel: 'noopener' });
  link?.append(fileName(answer ?? ''));
  return [...notes.map((note): Row => ['note', note]), ['server answer', link]];
}

function jobRows({ head: { parcel } }: App, job: PageJob): Row[] {
  return [
    ['model', job.model],
    ['folder', job.folder ?? null],
    ['job ID', ownId(job.job)],
    ['request ID', job.requestId],
    ['cost', parcel?.hasCosts === false ? null : costText(job.costUsd, job.costEstimated)],
    ['attempts', parcel === undefined ? String(job.attempts) : null],
    ['rep', job.rep === 1 ? null : String(job.rep)],
    ['rows', job.rows.length === 0 ? null : job.rows.join(', ')],
    ...(job.also ?? []).map((other): Row => ['also row', otherRowText(other)]),
    ['plan', job.isPlanned ? null : 'no longer in the plan'],
  ];
}

/** Another row for the same job, with its id and tags. */
function otherRowText({ row, id, tags }: NonNullable<PageJob['also']>[number]): string {
  const named = Object.entries(tags).map(([name, tag]) => `${name} ${tag}`);
  return [row, id === null ? '' : `id ${id}`, ...named].filter((part) => part !== '').join(' · ');
}

function timeRows(job: PageJob): Row[] {
  return [
    ...phasesOf(job).map(({ name, tookMs }): Row => [name, tookText(tookMs)]),
    ...timestampsOf(job).map(({ name, at }): Row => [name, instant(at)]),
  ];
}

function copyPart({ head }: App, job: PageJob, file: number): HTMLElement {
  const output = job.outputs[file] ?? job.outputs[0];
  const prompt = promptText(job.input);
  return element(
    'div',
    { class: 'job-panel-copies', role: 'group', 'aria-label': 'Copy' },
    element('span', { 'aria-hidden': 'true' }, 'Copy:'),
    prompt !== null ? copyButton('prompt', 'the prompt', prompt) : null,
    copyButton('inputs', 'the inputs as JSON', JSON.stringify(job.input, null, 2)),
    output === undefined
      ? null
      : copyButton('file path', 'the path of the file', placeOf(output.path, location.href)),
    ...(head.parcel === undefined ? commandsOf(head, job) : []),
  );
}

function commandsOf(head: PageHead, job: PageJob): (HTMLElement | null)[] {
  // What was refused would be refused again, perhaps for money.
  const isRefused = job.error?.class === 'refused' || job.error?.class === 'invalid';
  const again = isRefused ? null : commandAgain(job, head.defaultModel);
  const [dir, id] = [dirOf(head, job), ownId(job.job)];
  return [
    again === null ? null : copyButton('command to make it again', 'the command that makes it again', again),
    copyButton('command to show it', 'the command that shows this job', showCommand(dir, id)),
    isRefused
      ? null
      : copyButton('command to vary it', 'the command that creates four variations', varyCommand(dir, id)),
  ];
}
