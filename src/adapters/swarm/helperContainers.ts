import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import * as z from 'zod';
import { isClusterBackupError } from '../../core/errors';
import type { Log } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import { swarmErrors } from './errors';
import { containerSchema, createdSchema, objectSchema } from './wire';

/** Label of what a backup makes on an engine: the run it belongs to. */
export const RUN_LABEL = 'cluster-backup.run';
const REPOSITORY = 'cluster-backup-empty';
/** Where a helper container has what is read. */
const TARGET = '/v';
/** Milliseconds for what must be done also after a cancel. */
const MUST = 30_000;

/** What a helper container gives access to. */
export type HelperMount = { volume: string } | { folder: string };

/**
 * Containers on one engine that are created and never started: through them the engine gives the content of a volume
 * without running anything. Their image is empty, made on the spot, and removed at the end.
 */
export class HelperContainers {
  #image: Promise<string> | undefined;

  constructor(
    private readonly engine: DockerEngine,
    private readonly run: string,
  ) {}

  /**
   * Creates one. To be removed by `remove`, or by `close` at the latest.
   *
   * @throws `swarm.volumeLost` when the volume is not there; a container would create it
   */
  async create(mount: HelperMount, signal: AbortSignal): Promise<string> {
    const before = await this.#volume(mount, signal);
    const image = await (this.#image ??= this.#import());
    signal.throwIfAborted();
    const source =
      'volume' in mount
        ? { Type: 'volume', Source: mount.volume, VolumeOptions: { NoCopy: true } }
        : { Type: 'bind', Source: mount.folder };
    const { Id } = await this.engine.json(
      '/containers/create',
      {
        method: 'POST',
        body: {
          Image: image,
          Cmd: ['/nothing'],
          Labels: { [RUN_LABEL]: this.run },
          HostConfig: {
            Mounts: [{ ...source, Target: TARGET, ReadOnly: true }],
            NetworkMode: 'none',
          },
        },
        purpose: 'make a container to read through',
        // Not cut short: what it made would not be known.
        signal: AbortSignal.timeout(MUST),
      },
      createdSchema,
    );
    const after = await this.#volume(mount, signal);
    if ('volume' in mount && before !== after) {
      await this.remove(Id);
      await forget(this.engine, `/volumes/${encodeURIComponent(mount.volume)}`, {});
      throw lost(this.engine, mount.volume);
    }
    return Id;
  }

  /** The content as a tar whose names begin with `./`. The body fails when the engine cuts it. */
  async read(container: string, signal: AbortSignal): Promise<Readable> {
    const path = `/containers/${container}/archive`;
    const query = { path: `${TARGET}/.` };
    return (await this.engine.stream(path, { query, purpose: 'read what it holds', signal })).body;
  }

  /** Whether the engine can mount it: drivers need not. @throws what the engine says */
  async probe(container: string, signal: AbortSignal): Promise<void> {
    // Not by HEAD: its answer has no words.
    (await this.read(container, signal)).destroy();
  }

  async remove(container: string): Promise<void> {
    await forget(this.engine, `/containers/${container}`, { force: true, v: false });
  }

  /** Removes all that this run made on the engine. */
  async close(log: Log): Promise<void> {
    if (this.#image === undefined) return;
    await this.#image.catch(() => undefined);
    await removeLeftovers(this.engine, this.run, log);
  }

  async #import(): Promise<string> {
    const tar = pack();
    tar.entry({ name: '.', type: 'directory', mode: 0o755 });
    tar.finalize();
    const said = await this.engine.send('/images/create', Readable.from(tar), {
      method: 'POST',
      query: {
        fromSrc: '-',
        repo: REPOSITORY,
        tag: this.run,
        changes: `LABEL ${RUN_LABEL}=${this.run}`,
      },
      headers: { 'content-type': 'application/x-tar' },
      purpose: 'make an empty image',
      signal: AbortSignal.timeout(MUST),
    });
    const problem = /"error"\s*:\s*"([^"]*)"/.exec(said)?.[1];
    if (problem !== undefined) throw new Error(`The engine can't import an image: ${problem}`);
    return `${REPOSITORY}:${this.run}`;
  }

  /** When it was created; it tells a volume from another of the same name. */
  async #volume(mount: HelperMount, signal: AbortSignal): Promise<string | undefined> {
    if (!('volume' in mount)) return undefined;
    try {
      const path = `/volumes/${encodeURIComponent(mount.volume)}`;
      const request = { purpose: `look at volume ${mount.volume}`, signal };
      const { CreatedAt } = await this.engine.json(path, request, objectSchema);
      return typeof CreatedAt === 'string' ? CreatedAt : undefined;
    } catch (error) {
      throw isStatus(error, 404) ? lost(this.engine, mount.volume) : error;
    }
  }
}

function lost(engine: DockerEngine, volume: string) {
  return swarmErrors.volumeLost({
    message: `The volume ${volume} on ${engine.where} went away before it was read.`,
  });
}

const imageSchema = z.looseObject({ Id: z.string() });

/** Removes the containers and the image that a run made, and says how many there were. */
export async function removeLeftovers(
  engine: DockerEngine,
  run: string,
  log: Log,
): Promise<{ containers: number; images: number }> {
  const filters = JSON.stringify({ label: [`${RUN_LABEL}=${run}`] });
  const request = () => ({
    query: { all: true, filters },
    purpose: 'look for what a backup left',
    signal: AbortSignal.timeout(MUST),
  });
  const done = { containers: 0, images: 0 };
  try {
    const containers = z.array(containerSchema);
    for (const { Id } of await engine.json('/containers/json', request(), containers)) {
      await forget(engine, `/containers/${Id}`, { force: true, v: false });
      done.containers++;
    }
    for (const { Id } of await engine.json('/images/json', request(), z.array(imageSchema))) {
      await forget(engine, `/images/${encodeURIComponent(Id)}`, { force: true });
      done.images++;
    }
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    log.warn(`What a backup made on ${engine.where} could not be removed: ${error.message}`);
    throw error;
  }
  return done;
}

/** Deletes; that it is gone already is as good. */
async function forget(
  engine: DockerEngine,
  path: string,
  query: Record<string, boolean>,
): Promise<void> {
  try {
    const signal = AbortSignal.timeout(MUST);
    await engine.json(path, { method: 'DELETE', query, purpose: 'clean up', signal });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
