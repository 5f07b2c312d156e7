import { snapshotErrors } from '../snapshotErrors';

/**
 * Compares a SHA256SUMS with what was computed: all members but pieces, in their order, as `sha256sum` prints them.
 *
 * @param lines `<hex>  <name>\n`, of every such member before it
 * Throws `snapshot.badSums`, `snapshot.badChecksum`.
 */
export function compareSums(listed: Buffer, lines: readonly string[]): void {
  let at = 0;
  for (const line of lines) {
    const found = listed.toString('utf8', at, at + line.length);
    at += line.length;
    if (found === line) continue;
    const name = line.slice(66, -1);
    if (found.slice(64) === line.slice(64) && /^[0-9a-f]{64}/.test(found)) {
      throw snapshotErrors.badChecksum({
        message: `${name} of the archive does not match its SHA-256 checksum.`,
      });
    }
    throw snapshotErrors.badSums({ message: `SHA256SUMS of the archive does not list ${name}.` });
  }
  if (at !== listed.length) {
    throw snapshotErrors.badSums({
      message: 'SHA256SUMS of the archive lists a file that the archive does not have.',
    });
  }
}
