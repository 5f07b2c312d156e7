import { snapshotErrors } from '../snapshotErrors';

/** Largest SHA256SUMS that is read; real ones have 152 bytes. */
export const MAX_SUMS_BYTES = 64 * 1024;

/**
 * Reads a SHA256SUMS as Consul does: lines `<64 hex>  <name>`, in any order
 * (hashicorp/consul snapshot/archive.go, DecodeAndVerify).
 *
 * @param names the members that must be listed, and no other
 * @returns pairs of name and lower-case hex; a name may come twice, and then both have to match
 * Throws `snapshot.badSums`.
 */
export function parseSums(bytes: Buffer, names: readonly string[]): [string, string][] {
  const lines = bytes.toString('latin1').replace(/\n$/, '').split('\n');
  const sums = lines.map((line): [string, string] => {
    const match = /^([0-9a-fA-F]{64}) {2}(\S+)\r?$/.exec(line);
    const [, sum, name] = match ?? [];
    if (sum === undefined || name === undefined) {
      throw snapshotErrors.badSums({
        message: 'SHA256SUMS of the snapshot has a line that is no checksum.',
      });
    }
    return [name, sum.toLowerCase()];
  });
  for (const [name] of sums) {
    if (!names.includes(name)) {
      throw snapshotErrors.badSums({
        message: 'SHA256SUMS of the snapshot lists a file that the snapshot does not have.',
      });
    }
  }
  const missing = names.find((name) => !sums.some(([listed]) => listed === name));
  if (missing !== undefined) {
    throw snapshotErrors.badSums({
      message: `SHA256SUMS of the snapshot does not list ${missing}.`,
    });
  }
  return sums;
}
