import { open } from 'node:fs/promises';
import { gunzipSync, constants } from 'node:zlib';
import { stateProduct, STATE_HEAD_BYTES } from './raft/stateProduct';
import { MARATHON_FORMAT } from './marathon/layout';
import { MANIFEST_MEMBER } from './swarm/layout';
import { nameField } from './tar/tarFields';
import { TarScanner } from './tar/tarScanner';
import { UCP_FOLDER, volumeOf } from './ucp/layout';
import { TarReader, type TarHandler, type TarHeader } from './raft/tarReader';

/** What a file's bytes are, as far as its beginning tells. */
export interface Detected {
  id:
    | 'consul'
    | 'nomad'
    | 'vault'
    | 'raft'
    | 'consulState'
    | 'nomadState'
    | 'vaultState'
    | 'swarm'
    | 'ucp'
    | 'marathon'
    | 'openpgp'
    | 'gzip'
    | 'tar'
    | 'unknown';
  /** For people: "Vault snapshot". */
  title: string;
}

const TITLES: Readonly<Record<Detected['id'], string>> = {
  consul: 'Consul snapshot',
  nomad: 'Nomad snapshot',
  vault: 'Vault or OpenBao snapshot',
  raft: 'Raft snapshot of an unknown product',
  consulState: "state.bin of a Consul server's Raft folder",
  nomadState: "state.bin of a Nomad server's Raft folder",
  vaultState: "state.bin of a Vault server's Raft folder",
  swarm: 'Swarm backup',
  ucp: 'UCP or MKE backup',
  marathon: 'export of Marathon’s groups',
  openpgp: 'OpenPGP message',
  gzip: 'gzip file',
  tar: 'tar archive',
  unknown: 'file of an unknown kind',
};

/** How much of a file is worth reading to tell what it is. */
export const DETECT_HEAD_BYTES = 64 * 1024;

const MEMBERS: readonly string[] = ['meta.json', 'state.bin', 'SHA256SUMS'];

/**
 * Tells what a file is by its first bytes, never by its name alone.
 *
 * @param head the first `DETECT_HEAD_BYTES`, or all there are
 * @param name the file's name: decides only where bytes are ambiguous, as for a Raft folder's state.bin
 */
export function detect(head: Uint8Array, name = ''): Detected {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  const id = identify(bytes, name.toLowerCase());
  return { id, title: TITLES[id] };
}

/** `detect` for a file on disk. Rejects with the file system's own error. */
export async function detectFile(path: string): Promise<Detected> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(DETECT_HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return detect(head.subarray(0, bytesRead), path.split(/[/\\]/).at(-1));
  } finally {
    await file.close();
  }
}

function identify(bytes: Buffer, name: string): Detected['id'] {
  if (bytes.length === 0) return 'unknown';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return packed(bytes);
  if (bytes.toString('latin1', 257, 262) === 'ustar') {
    return isSwarm(bytes) ? 'swarm' : isUcp(bytes) ? 'ucp' : 'tar';
  }
  if (isOpenPgp(bytes)) return 'openpgp';
  if (isMarathon(bytes)) return 'marathon';
  const product = stateProduct(bytes.subarray(0, STATE_HEAD_BYTES));
  if (product === 'consul') return 'consulState';
  // The beginnings of the others are too plain to trust without the name.
  if (name !== 'state.bin') return 'unknown';
  return product === 'unknown' ? 'unknown' : `${product}State`;
}

/** A tar that begins with the manifest of a swarm backup (swarm/layout.ts). */
function isSwarm(bytes: Buffer): boolean {
  if (nameField(bytes) !== MANIFEST_MEMBER) return false;
  return /^\s*\{\s*"format":\s*"cluster-backup\/swarm"/.test(bytes.toString('utf8', 512, 1024));
}

/** JSON that begins with our own name of an export (marathon/layout.ts). */
function isMarathon(bytes: Buffer): boolean {
  return MARATHON_HEAD.test(bytes.toString('latin1', 0, 256));
}

const MARATHON_HEAD = new RegExp(`^\\s*\\{\\s*"format":\\s*"${MARATHON_FORMAT}"`);

/** A tar whose first entry, or the first below `./`, lies in a volume of UCP or MKE (ucp/layout.ts). */
function isUcp(bytes: Buffer): boolean {
  let volume = '';
  const scanner = new TarScanner(
    { entry: ({ path }) => (volume ||= volumeOf(path)) },
    { what: 'The file', filled: true },
  );
  try {
    // Header by header: what comes behind the first volume does not matter, damaged or not.
    for (let at = 0; at < bytes.length && volume === ''; at += 512) {
      scanner.push(bytes.subarray(at, at + 512));
    }
  } catch {
    return false;
  }
  return UCP_FOLDER.test(volume);
}

/** Looks into a gzip file: the tar members it begins with, and how state.bin begins. */
function packed(bytes: Buffer): Detected['id'] {
  let id: Detected['id'] = 'gzip';
  // In growing steps: a little is mostly enough, and zlib gives nothing of an input with damage in it.
  for (const length of [2 ** 11, 2 ** 14, 2 ** 16]) {
    const look = new Look();
    const tar = new TarReader(look);
    try {
      tar.push(gunzipSync(bytes.subarray(0, length), { finishFlush: constants.Z_SYNC_FLUSH }));
    } catch {
      // No tar, or damaged from here on: what came until here decides.
      return look.members === 0 ? id : look.id;
    }
    id = look.id;
    if (length >= bytes.length || (look.isSure && !tar.ended)) break;
  }
  return id;
}

/** What the members of an archive say of its product. */
class Look implements TarHandler {
  members = 0;
  private readonly head: Buffer[] = [];
  private headBytes = 0;
  private inState = false;
  private sealed = false;
  private foreign = false;

  get isSure(): boolean {
    return this.foreign || this.headBytes >= STATE_HEAD_BYTES;
  }

  get id(): Detected['id'] {
    if (this.sealed) return 'vault';
    if (this.foreign || this.members === 0) return 'gzip';
    const product = stateProduct(Buffer.concat(this.head).subarray(0, STATE_HEAD_BYTES));
    return product === 'unknown' ? 'raft' : product;
  }

  member({ name }: TarHeader): void {
    this.members++;
    this.inState = name === 'state.bin';
    if (name === 'SHA256SUMS.sealed') this.sealed = true;
    else if (!MEMBERS.includes(name)) this.foreign = true;
  }

  data(buffer: Buffer, start: number, end: number): void {
    if (!this.inState || this.headBytes >= STATE_HEAD_BYTES) return;
    this.head.push(buffer.subarray(start, Math.min(end, start + STATE_HEAD_BYTES)));
    this.headBytes += end - start;
  }

  memberEnd(): void {
    this.inState = false;
  }
}

/**
 * An encrypted OpenPGP message (RFC 9580, 4.2 and 5): armoured, or beginning with a packet of an
 * encrypted session key.
 */
function isOpenPgp(bytes: Buffer): boolean {
  if (/^\s*-----BEGIN PGP MESSAGE-----/.test(bytes.toString('latin1', 0, 64))) return true;
  const [first = 0, second = 0] = bytes;
  if ((first & 0x80) === 0) return false;
  const isNew = (first & 0x40) !== 0;
  const tag = isNew ? first & 0x3f : (first >> 2) & 0x0f;
  const lengthType = first & 3;
  const lengthBytes = isNew ? (second < 192 ? 1 : second < 224 ? 2 : 5) : [1, 2, 4, 0][lengthType];
  const version = bytes[1 + (lengthBytes ?? 0)] ?? 0;
  // Public-key and symmetric-key encrypted session keys, with the versions there are.
  if (tag === 1) return version === 3 || version === 6;
  return tag === 3 && version >= 4 && version <= 6;
}
