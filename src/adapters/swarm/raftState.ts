import { X509Certificate } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Pack } from 'tar-stream';
import * as z from 'zod';
import { throwIfCancelled } from '../../core/errors';
import { swarmErrors } from './errors';

/** Said of a copy that can't be read without it. */
export const AUTOLOCK =
  'Autolock was on: the unlock key is needed to read the Raft state, and is not in here.';

/** What a manager's `swarm` folder says of itself. */
export interface RaftFacts {
  node: string;
  nodeId: string | undefined;
  clusterId: string | undefined;
  address: string | undefined;
  autolock: boolean;
}

type EntryHeader = Parameters<Pack['entry']>[0];

const stateSchema = z.looseObject({ AdvertiseAddr: z.string().optional() });

/**
 * Reads what stands in the clear beside a manager's Raft state (moby/swarmkit ca/config.go, ca/keyreadwriter.go).
 *
 * @param folder the folder `swarm` of a data root
 * @throws `swarm.noRaftState` when it is not a manager's
 */
export async function readRaftFacts(folder: string): Promise<RaftFacts> {
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  try {
    await readdir(join(folder, 'raft'));
    const [key, certificate, state] = await Promise.all([
      read('certificates/swarm-node.key'),
      read('certificates/swarm-node.crt'),
      read('docker-state.json').catch(() => '{}'),
    ]);
    const subject = new X509Certificate(certificate).subject;
    const part = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(subject)?.[1];
    if (part('OU') !== 'swarm-manager') {
      throw swarmErrors.noRaftState({ message: `${folder} is that of a worker.` });
    }
    return {
      node: hostname(),
      nodeId: part('CN'),
      clusterId: part('O'),
      address: stateSchema.parse(JSON.parse(state)).AdvertiseAddr?.replace(/:\d+$/, ''),
      autolock: isLockedKey(key),
    };
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ClusterBackupError') throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw swarmErrors.noRaftState({
      message: `${folder} holds no Raft state of a manager: ${reason}.`,
      cause,
    });
  }
}

/** Whether a node's key is locked with an unlock key: it is encrypted then. */
export function isLockedKey(pem: string): boolean {
  return /^-----BEGIN ENCRYPTED|^Proc-Type:\s*4,\s*ENCRYPTED/m.test(pem);
}

/**
 * Refuses a folder that an engine has open: it holds a lock on `worker/tasks.db`. Linux tells by /proc/locks; elsewhere
 * nothing is found out.
 *
 * @throws `swarm.engineRunning`
 */
export async function refuseRunning(folder: string): Promise<void> {
  const locks = await readFile('/proc/locks', 'utf8').catch(() => '');
  for (const name of ['worker/tasks.db', 'state.json', 'docker-state.json']) {
    const info = await lstat(join(folder, name), { bigint: true }).catch(() => undefined);
    if (info === undefined) continue;
    if (new RegExp(`:${info.ino} `).test(locks)) {
      throw swarmErrors.engineRunning({
        message: `An engine has ${join(folder, name)} open, so a copy of ${folder} would not be cold.`,
      });
    }
  }
}

/**
 * Packs a folder as the engine would give it: names begin with `./`, owners, modes and times are kept.
 * Ends as a whole tar, or fails.
 */
export function packFolder(folder: string, signal: AbortSignal): Readable {
  const tar = pack();
  addFolder(tar, folder, '.', signal).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return tar as unknown as Readable;
}

async function addFolder(
  tar: Pack,
  root: string,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  throwIfCancelled(signal);
  await addEntry(tar, await headerOf(root, name, 'directory'));
  const entries = await readdir(join(root, name), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const inner = `${name}/${entry.name}`;
    if (entry.isDirectory()) await addFolder(tar, root, inner, signal);
    else if (entry.isSymbolicLink()) {
      const linkname = await readlink(join(root, inner));
      await addEntry(tar, { ...(await headerOf(root, inner, 'symlink')), linkname });
    } else if (entry.isFile()) await addFile(tar, root, inner, signal);
  }
}

async function headerOf(
  root: string,
  name: string,
  type: 'file' | 'directory' | 'symlink',
): Promise<EntryHeader> {
  const { mode, uid, gid, mtime } = await lstat(join(root, name));
  return { name, type, mode: mode & 0o7777, uid, gid, mtime };
}

function addEntry(tar: Pack, header: EntryHeader): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry(header, '', (error) => (error instanceof Error ? reject(error) : resolve()));
  });
}

async function addFile(tar: Pack, root: string, name: string, signal: AbortSignal): Promise<void> {
  const header = await headerOf(root, name, 'file');
  const { size } = await lstat(join(root, name));
  if (size === 0) return addEntry(tar, header);
  // A size that no longer holds fails the entry.
  await pipeline(
    createReadStream(join(root, name), { end: size - 1 }),
    tar.entry({ ...header, size }),
    { signal },
  );
}
