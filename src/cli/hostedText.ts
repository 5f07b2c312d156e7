import type { HostedBackup } from '../core/model';
import type { Cli } from './cli';
import { table } from './table';
import { ageText, bytesText, timeText } from './words';

const STATES: Readonly<Record<HostedBackup['state'], string>> = {
  inProgress: 'in progress',
  ready: 'ready',
  failed: 'FAILED',
  restoring: 'restoring',
  deleting: 'deleting',
  unknown: 'unknown',
};

/** The table of `hosted list`. */
export function hostedTable(backups: readonly HostedBackup[], now: Date): string {
  return table(
    [
      { title: 'ID' },
      { title: 'NAME' },
      { title: 'STATE' },
      { title: 'CREATED' },
      { title: 'AGE' },
      { title: 'SIZE', align: 'right' },
      { title: 'ENCRYPTED' },
      { title: 'WHERE' },
    ],
    backups.map(({ id, name, state, created, bytes, encrypted, where }) => [
      id,
      name,
      STATES[state],
      created === undefined ? '-' : timeText(created),
      created === undefined ? '-' : ageText(created, now),
      bytes === undefined ? '-' : bytesText(bytes),
      encrypted === undefined ? '-' : encrypted ? 'yes' : 'no',
      where ?? '-',
    ]),
  );
}

/** Says that the platform has made one and keeps it. */
export function tellHosted({ out }: Cli, cluster: string, backup: HostedBackup): void {
  out.document({ hosted: backup });
  if (out.options.quiet) {
    out.text(`${backup.id}\n`);
    return;
  }
  const facts = [backup.id, STATES[backup.state], backup.where];
  out.text(`Backed up "${cluster}": ${facts.filter((fact) => fact !== undefined).join(', ')}\n`);
  out.text(`${backup.name}\n`);
  for (const [name, value] of backup.facts) if (name === 'Note') out.note(`Note: ${value}`);
  if (backup.fetch === true) {
    out.note(`It is not in the vault: "cluster-backup hosted fetch ${cluster} ${backup.id}".`);
  } else if (backup.fetch !== undefined) {
    out.note(`It can't be copied into the vault: ${backup.fetch}`);
  }
}
