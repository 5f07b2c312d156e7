import { ensureDebianPackage } from './debian';
import { type Log, silent } from './log';

/** Gives the path of GnuPG, installing it where that can be done. */
export function ensureGpg(log: Log = silent): Promise<string> {
  return ensureDebianPackage('gnupg', 'gpg', log);
}
