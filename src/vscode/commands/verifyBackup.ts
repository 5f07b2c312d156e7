import type { DecryptionSecrets } from '../../core/ports';
import type { VerifyResult } from '../../core/operations/verify';
import { configuredDecryption, withDecryption } from '../decryption';
import { runOperation } from '../runOperation';
import type { Services } from '../services';
import { chooseBackup } from './choose';
import type { ClusterArgument } from './choose';

/** *Verify*: reads the backup to its end and keeps the result in its manifest. */
export async function verifyBackup(
  services: Services,
  argument?: ClusterArgument,
  given?: DecryptionSecrets,
): Promise<VerifyResult | undefined> {
  const chosen = await chooseBackup(services, argument, 'Verify which backup?');
  if (chosen === undefined) return undefined;
  const { entry, backup } = chosen;
  const { manifest } = backup;
  const configured = given ?? (await configuredDecryption(services, entry));
  const result = await withDecryption(services, backup.path, configured, (decryption) =>
    runOperation(services, `Verify ${manifest.label ?? manifest.file}`, 'verify', {
      source: { kind: 'backup', vault: entry.config.vault, id: manifest.id },
      decryption,
    }),
  );
  if (result !== undefined) tellResult(services, manifest.label ?? manifest.file, result);
  return result;
}

/**
 * As `verifyBackup`, for a file by its path; a backup of a vault keeps the result.
 *
 * @param given what already opened the file
 */
export async function verifyFile(
  services: Services,
  path: string,
  given?: DecryptionSecrets,
): Promise<VerifyResult | undefined> {
  for (const entry of services.store.entries) {
    const backup = entry.backups.find((b) => b.path === path);
    if (backup !== undefined) return verifyBackup(services, { entry, backup }, given);
  }
  const result = await withDecryption(services, path, given ?? {}, (decryption) =>
    runOperation(services, `Verify ${path}`, 'verify', {
      source: { kind: 'file', path },
      decryption,
    }),
  );
  if (result !== undefined) tellResult(services, path, result);
  return result;
}

function tellResult(services: Services, name: string, result: VerifyResult): void {
  if (result.error !== undefined) {
    const { message, next, code } = result.error;
    void services.ui.error(`${name} is damaged: ${message} ${next} [${code}]`);
    return;
  }
  const count = result.report.stats.reduce((sum, s) => sum + s.count, 0).toLocaleString('en');
  const files = result.report.counts['File'];
  // A format with files in it has objects, not records.
  const read =
    files === undefined
      ? `${count} records decoded to the end`
      : `${count} objects and ${files.toLocaleString('en')} files read to the end`;
  void services.ui.info(`${name} is whole: checksums match, ${read}.`);
}
