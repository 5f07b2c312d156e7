import type { HostedBackup, HostedPart, HostedRestore, HostedState } from '../core/model';
import type { Capabilities } from '../core/ports';
import type { Cli } from './cli';
import { fields, table } from './table';
import type { Column } from './table';
import { ageText, bytesText, timeText } from './words';

type Abilities = NonNullable<Capabilities['hosted']>;

const STATES: Readonly<Record<HostedState, string>> = {
  inProgress: 'in progress',
  ready: 'ready',
  failed: 'FAILED',
  restoring: 'restoring',
  deleting: 'deleting',
  unknown: 'unknown',
};

interface TableColumn extends Column {
  /** Undefined where the platform says nothing. */
  of: (backup: HostedBackup) => string | undefined;
  /** Stands there even where no backup says anything. */
  always?: boolean;
}

/**
 * The table of `hosted list`.
 *
 * @param columns.group what groups are called, where there are some
 * @param columns.wide a column for every fact that the platform tells
 */
export function hostedTable(
  backups: readonly HostedBackup[],
  { group, wide }: { group?: string | undefined; wide: boolean },
  now: Date,
): string {
  const facts = wide ? [...new Set(backups.flatMap((b) => b.facts.map(([name]) => name)))] : [];
  const all: TableColumn[] = [
    ...(group === undefined
      ? []
      : [{ title: group.toUpperCase(), of: (b: HostedBackup) => b.group, always: true }]),
    { title: 'ID', of: ({ id }) => id, always: true },
    { title: 'NAME', of: ({ id, name }) => (name === id ? undefined : name) },
    { title: 'STATE', of: stateText, always: true },
    { title: 'COMPONENTS', of: ({ parts }) => partsText(parts) },
    { title: 'RESTORES', of: ({ restores }) => restoresText(restores) },
    { title: 'MADE', of: ({ automated }) => madeText(automated) },
    {
      title: 'CREATED',
      of: ({ created }) => (created === undefined ? undefined : timeText(created)),
      always: true,
    },
    {
      title: 'AGE',
      of: ({ created }) => (created === undefined ? undefined : ageText(created, now)),
      always: true,
    },
    {
      title: 'SIZE',
      align: 'right',
      of: ({ bytes }) => (bytes === undefined ? undefined : bytesText(bytes)),
      always: true,
    },
    { title: 'ENCRYPTED', of: ({ encrypted }) => yesNo(encrypted) },
    {
      title: 'RESTORABLE',
      of: ({ restore }) => (restore === undefined ? undefined : restore === true ? 'yes' : 'no'),
    },
    { title: 'WHERE', of: ({ where }) => where },
    ...facts.map((name) => ({
      title: name.toUpperCase(),
      of: (b: HostedBackup) => b.facts.find(([each]) => each === name)?.[1],
    })),
  ];
  const shown = all.filter(
    ({ always, of }) => always === true || backups.some((b) => of(b) !== undefined),
  );
  return table(
    shown,
    backups.map((backup) => shown.map(({ of }) => of(backup) ?? '-')),
  );
}

/** All that is known of one: `hosted show`. */
export function hostedDetails(
  backup: HostedBackup,
  { group, covers }: Pick<Abilities, 'group' | 'covers'>,
  now: Date,
): string {
  const { id, name, created, finished, bytes, parts = [], restores = [] } = backup;
  const state = stateText(backup);
  const word = backup.stateText;
  const listed = [
    fields([
      ['ID', id],
      ['Name', name === id ? undefined : name],
      [group ?? 'Group', backup.group],
      ['State', word === '' || word === state ? state : `${state} (${word})`],
      ['Error', backup.error],
      ['Made', madeText(backup.automated)],
      ['Created', created === undefined ? undefined : whenText(created, now)],
      ['Finished', finished === undefined ? undefined : whenText(finished, now)],
      ['Size', bytes === undefined ? undefined : `${bytesText(bytes)} (${bytes} bytes)`],
      ['Encrypted', yesNo(backup.encrypted)],
      ['Where', backup.where],
      ['Restorable', ableText(backup.restore)],
      ['Can be copied', ableText(backup.fetch)],
      ['Covers', covers],
      ...backup.facts,
    ]),
    ...(parts.length === 0 ? [] : [partTable('COMPONENT', parts)]),
    ...restores.map(
      (restore) =>
        fields([
          ['Restore', restore.at === undefined ? 'at an unknown time' : whenText(restore.at, now)],
          ['State', wordText(restore)],
          ['Error', restore.error],
        ]) + (restore.parts.length === 0 ? '' : partTable('COMPONENT', restore.parts)),
    ),
  ];
  return listed.join('\n');
}

/** Says that the platform has made one and keeps it. */
export function tellHosted(
  { out }: Cli,
  cluster: string,
  backup: HostedBackup,
  { fetch: isFetched, covers }: Pick<Abilities, 'fetch' | 'covers'>,
): void {
  out.document({ hosted: backup });
  if (out.options.quiet) {
    out.text(`${backup.id}\n`);
    return;
  }
  const facts = [backup.id, stateText(backup), backup.group, backup.where];
  out.text(`Backed up "${cluster}": ${facts.filter((fact) => fact !== undefined).join(', ')}\n`);
  if (backup.name !== backup.id) out.text(`${backup.name}\n`);
  for (const [name, value] of backup.facts) if (name === 'Note') out.note(`Note: ${value}`);
  if (covers !== undefined) out.note(`Covers: ${covers}`);
  if (!isFetched) {
    out.note("It stays on the platform's side.");
  } else if (backup.fetch === true) {
    out.note(`It is not in the vault: "cluster-backup hosted fetch ${cluster} ${backup.id}".`);
  } else if (backup.fetch !== undefined) {
    out.note(`It can't be copied into the vault: ${backup.fetch}`);
  }
}

/** What went wrong with it or with its components, a sentence each. */
export function hostedProblems({ name, error, parts = [] }: HostedBackup): string[] {
  return [
    ...(error === undefined ? [] : [`${name} failed: ${error}`]),
    ...parts.flatMap((part) =>
      part.error === undefined ? [] : [`${part.name} of ${name} failed: ${part.error}`],
    ),
  ];
}

/** Our word for its state; the platform's own where we have none. */
function stateText({ state, stateText: word }: Pick<HostedPart, 'state' | 'stateText'>): string {
  return state === 'unknown' && word !== '' ? word : STATES[state];
}

/** Both words. */
function wordText(of: Pick<HostedPart, 'state' | 'stateText'>): string {
  const state = stateText(of);
  return of.stateText === '' || of.stateText === state ? state : `${state} (${of.stateText})`;
}

function partsText(parts: readonly HostedPart[] = []): string | undefined {
  return parts.length === 0
    ? undefined
    : parts.map((part) => `${part.name}: ${stateText(part)}`).join(', ');
}

function restoresText([last, ...others]: readonly HostedRestore[] = []): string | undefined {
  if (last === undefined) return undefined;
  return others.length === 0 ? stateText(last) : `${stateText(last)}, ${others.length} before`;
}

function partTable(title: string, parts: readonly HostedPart[]): string {
  return table(
    [{ title }, { title: 'STATE' }, { title: 'ERROR' }],
    parts.map((part) => [part.name, wordText(part), part.error ?? '-']),
  );
}

function madeText(automated: boolean | undefined): string | undefined {
  return automated === undefined ? undefined : automated ? 'automatically' : 'by hand';
}

function ableText(able: true | string | undefined): string | undefined {
  return able === undefined ? undefined : able === true ? 'yes' : `no: ${able}`;
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}

function whenText(time: string, now: Date): string {
  return `${timeText(time)} (${ageText(time, now)})`;
}
