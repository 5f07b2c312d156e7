import type { Capabilities } from '../core/ports';

/** What lies in the vault is called so; undefined where nothing of the system comes into one. */
export function vaultWords({
  format,
  exports,
}: Pick<Capabilities, 'format' | 'exports'>):
  { title: string; plural: string; heading: string } | undefined {
  if (format === undefined) return undefined;
  if (exports === undefined) return { title: 'Backup', plural: 'Backups', heading: 'Backups' };
  // Beside backups elsewhere: it has to say where it lies.
  return { ...exports, heading: `${exports.plural} in the Vault` };
}

/** Whether what lies in the vault is a backup that can be restored. */
export function restoresFromVault({
  format,
  exports,
}: Pick<Capabilities, 'format' | 'exports'>): boolean {
  return format !== undefined && exports === undefined;
}
