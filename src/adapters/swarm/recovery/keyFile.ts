import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import * as z from 'zod';
import type { DockerEngine } from '../../docker/engine';
import { recoveryErrors } from './errors';

/** A key file has a few hundred bytes. */
const MAX_BYTES = 64 << 10;
const KEY = 'swarm-node.key';
const COPY = 'swarm-node.key.locked';
const MOUNT = '/certificates';

/** The key file of the manager that an engine is, read and replaced through the engine itself. */
export interface ManagerKeyFile {
  read(): Promise<string>;
  /** Replaces it, the former one kept beside it as `swarm-node.key.locked`. */
  replace(now: string, former: string): Promise<void>;
}

const createdSchema = z.looseObject({ Id: z.string() });

/**
 * Runs with access to a manager's key file, by a container that is created and never started and an empty image made
 * on the spot; both are gone afterwards.
 *
 * @param root the engine's data root, as `/info` tells it
 * @throws `recovery.keyNotSeen` where the engine does not give the file
 */
export async function withKeyFile<T>(
  engine: DockerEngine,
  root: string,
  signal: AbortSignal,
  run: (file: ManagerKeyFile) => Promise<T>,
): Promise<T> {
  const image = `cluster-backup-recovery:${randomUUID()}`;
  const [repo, tag] = image.split(':');
  const undo: (() => Promise<unknown>)[] = [];
  // What was made is removed also when the person has cancelled.
  const remove = (path: string) => () =>
    engine.json(path, {
      method: 'DELETE',
      query: { force: true },
      purpose: 'remove what was made to read the key',
      signal: AbortSignal.timeout(30_000),
    });
  const access = async (): Promise<ManagerKeyFile> => {
    undo.push(remove(`/images/${image}`));
    await engine.send('/images/create', emptyTar(), {
      method: 'POST',
      query: { fromSrc: '-', repo, tag },
      headers: { 'content-type': 'application/x-tar' },
      purpose: 'make an empty image',
      signal,
    });
    const { Id: id } = await engine.json(
      '/containers/create',
      {
        method: 'POST',
        body: {
          Image: image,
          Cmd: ['/none'],
          NetworkDisabled: true,
          HostConfig: {
            NetworkMode: 'none',
            // Not a bind of the short form: that would create a folder that is not there.
            Mounts: [{ Type: 'bind', Source: `${root}/swarm/certificates`, Target: MOUNT }],
          },
        },
        purpose: 'open the folder of its certificates',
        signal,
      },
      createdSchema,
    );
    undo.push(remove(`/containers/${id}`));
    const archive = `/containers/${id}/archive`;
    return {
      async read() {
        const reply = await engine.stream(archive, {
          query: { path: `${MOUNT}/${KEY}` },
          purpose: 'read its key',
          signal,
        });
        return firstFile(reply.body);
      },
      async replace(now, former) {
        for (const [name, content] of [
          [COPY, former],
          [KEY, now],
        ] as const) {
          await engine.send(archive, tarOf(name, content), {
            method: 'PUT',
            query: { path: MOUNT },
            headers: { 'content-type': 'application/x-tar' },
            purpose: 'replace its key',
            signal,
          });
        }
      },
    };
  };
  try {
    let file: ManagerKeyFile;
    try {
      file = await access();
      await file.read();
    } catch (cause) {
      signal.throwIfAborted();
      throw recoveryErrors.keyNotSeen({
        message: `The engine at ${engine.where} does not give the key file of its manager, so it can't be seen whether autolock is on.`,
        cause,
      });
    }
    return await run(file);
  } finally {
    for (const step of undo.reverse()) await step().catch(() => undefined);
  }
}

function emptyTar(): Readable {
  const tar = pack();
  tar.entry({ name: 'empty', type: 'directory' });
  tar.finalize();
  return Readable.from(tar);
}

function tarOf(name: string, content: string): Readable {
  const tar = pack();
  tar.entry({ name, mode: 0o600, uid: 0, gid: 0, mtime: new Date() }, content);
  tar.finalize();
  return Readable.from(tar);
}

async function firstFile(stream: Readable): Promise<string> {
  const entries = extract();
  stream.on('error', (error) => entries.destroy(error)).pipe(entries);
  try {
    for await (const entry of entries) {
      if (entry.header.type === 'file' && entry.header.size <= MAX_BYTES) {
        return (await buffer(entry)).toString('utf8');
      }
      break;
    }
    throw new Error('The engine gave no file of a sensible size.');
  } finally {
    stream.destroy();
  }
}
