/** Whose records a state.bin holds. */
export type StateProduct = 'consul' | 'nomad' | 'vault' | 'unknown';

/** Bytes of a state.bin that tell whose it is. */
export const STATE_HEAD_BYTES = 16;

const LAST_INDEX = Buffer.from('\xa9LastIndex', 'latin1');

/**
 * Tells the products that share this archive apart by how their records begin. Consul writes a
 * header `{LastIndex}` (agent/consul/fsm/snapshot.go); Nomad one without fields (nomad/fsm.go,
 * snapshotHeader); Vault and OpenBao length-delimited protobuf entries whose first field is the
 * key (sdk/physical, StorageEntry; physical/raft/fsm.go).
 *
 * @param head the first bytes, `STATE_HEAD_BYTES` where there are as many
 */
export function stateProduct(head: Buffer): StateProduct {
  const first = head[0] ?? 0;
  const isMap = first > 0x80 && first < 0x90;
  if (isMap && head.subarray(1, 1 + LAST_INDEX.length).equals(LAST_INDEX)) return 'consul';
  if (first === 0x80 && (head.length === 1 || isNomadRecord(head))) return 'nomad';
  return isVaultEntry(head) ? 'vault' : 'unknown';
}

/** A type byte (64 for namespaces), then a map, or the time table's list. */
function isNomadRecord(head: Buffer): boolean {
  const [, type = 0xff, tag = 0] = head;
  const isContainer = (tag >= 0x80 && tag < 0xa0) || (tag >= 0xdc && tag < 0xe0) || tag === 0xc0;
  return (type < 48 || type === 64) && isContainer;
}

/** A varint length, field 1 as bytes, the key's length, a printable key. */
function isVaultEntry(head: Buffer): boolean {
  let at = 0;
  while (at < 5 && ((head[at] ?? 0) & 0x80) !== 0) at++;
  at++;
  if (head[at] !== 0x0a) return false;
  const key = head.subarray(at + 2, at + 2 + (head[at + 1] ?? 0));
  return key.length > 1 && key.every((byte) => byte >= 0x20 && byte < 0x7f);
}
