import type { Backup } from '../core/model';
import { backupDocument, encryptionText } from './backupText';
import type { Cli } from './cli';
import { bytesText, holdsText } from './words';

/** Says that a backup has come into the vault: its facts and where it lies. */
export function tellBackup({ out }: Cli, done: string, backup: Backup, vault: string): void {
  const { manifest } = backup;
  out.document({ backup: backupDocument({ backup, vault }) });
  if (out.options.quiet) {
    out.text(`${manifest.id}\n`);
    return;
  }
  const facts = [
    manifest.id,
    bytesText(manifest.bytes),
    holdsText(manifest.snapshot?.index, manifest.counts),
    'checked',
    `encrypted: ${encryptionText(manifest)}`,
  ];
  out.text(`${done}: ${facts.filter((fact) => fact !== undefined).join(', ')}\n${backup.path}\n`);
  for (const note of manifest.notes ?? []) out.note(`Note: ${note}`);
}
