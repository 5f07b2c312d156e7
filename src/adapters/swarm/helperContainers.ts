import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import * as z from 'zod';
import { isClusterBackupError } from '../../core/errors';
import type { Log } from '../../core/ports';
import type { DockerEngine } from '../docker/engine';
import { isStatus } from '../docker/errors';
import { swarmErrors } from './errors';
import { containerSchema, createdSchema } from './wire';

/** Label of what a backup or a restore makes on an engine: the run it belongs to. */
export const RUN_LABEL = 'cluster-backup.run';
const REPOSITORY = 'cluster-backup-empty';
/** Where a helper container has what it gives access to: a folder at its root. */
export const MOUNT = 'v';
const TARGET = `/${MOUNT}`;
/** Milliseconds for what must be done also after a cancel. */
const MUST = 30_000;

/** What a helper container gives access to. */
export type HelperMount = { volume: string; writable?: boolean } | { folder: string };

/**
 * Containers on one engine that are created and never started: through them the engine gives and takes the content
 * of a volume without running anything. Their image is empty, made on the spot, and removed at the end.
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
    if ((await this.#labels(mount, signal)) === undefined) throw lost(this.engine, nameOf(mount));
    const image = await (this.#image ??= this.#import());
    signal.throwIfAborted();
    const own = { [RUN_LABEL]: this.run };
    const source =
      'volume' in mount
        ? { Type: 'volume', Source: mount.volume, VolumeOptions: { NoCopy: true, Labels: own } }
        : { Type: 'bind', Source: mount.folder };
    const { Id } = await this.engine.json(
      '/containers/create',
      {
        method: 'POST',
        body: {
          Image: image,
          Cmd: ['/nothing'],
          Labels: own,
          HostConfig: {
            Mounts: [{ ...source, Target: TARGET, ReadOnly: !isWritable(mount) }],
            NetworkMode: 'none',
          },
        },
        purpose: 'make a container to reach a volume through',
        // Not cut short: what it made would not be known.
        signal: AbortSignal.timeout(MUST),
      },
      createdSchema,
    );
    let labels: VolumeLabels | undefined;
    try {
      labels = await this.#labels(mount, signal);
    } catch (error) {
      // Nobody else knows of it, and a volume can't be removed while it is there.
      await this.remove(Id);
      throw error;
    }
    // A volume that went away meanwhile comes back empty, with what was said for a new one.
    if ('volume' in mount && labels?.[RUN_LABEL] === this.run) {
      await this.remove(Id);
      await remove(this.engine, `/volumes/${encodeURIComponent(mount.volume)}`, {});
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

  /**
   * Puts a tar in whose names begin with `v/`. Owners stay as the tar has them.
   *
   * @param timeout seconds that the engine may take once the stream has ended
   */
  async write(
    container: string,
    body: Readable,
    { timeout, signal }: { timeout: number; signal: AbortSignal },
  ): Promise<void> {
    const path = `/containers/${container}/archive`;
    // With `copyUIDGID` owners would become the container's user.
    const request = { query: { path: '/' }, purpose: 'fill the volume', signal, timeout };
    await this.engine.send(path, body, request);
  }

  /** One file of it, as a tar with that one entry. @throws what the engine says: status 404 where it is not there */
  async readFile(container: string, name: string, signal: AbortSignal): Promise<Readable> {
    const path = `/containers/${container}/archive`;
    const request = { query: { path: `${TARGET}/${name}` }, purpose: `read ${name}`, signal };
    return (await this.engine.stream(path, request)).body;
  }

  /** Whether the engine can mount it: drivers need not. @throws what the engine says */
  async probe(container: string, signal: AbortSignal): Promise<void> {
    // Not by HEAD: its answer has no words.
    (await this.read(container, signal)).destroy();
  }

  async remove(container: string): Promise<void> {
    await remove(this.engine, `/containers/${container}`, { force: true, v: false });
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

  /** Labels of the volume; undefined where there is none. A folder is there or not: the engine tells. */
  async #labels(mount: HelperMount, signal: AbortSignal): Promise<VolumeLabels | undefined> {
    if (!('volume' in mount)) return {};
    try {
      const path = `/volumes/${encodeURIComponent(mount.volume)}`;
      const request = { purpose: `look at volume ${mount.volume}`, signal };
      return (await this.engine.json(path, request, labelledSchema)).Labels ?? {};
    } catch (error) {
      if (isStatus(error, 404)) return undefined;
      throw error;
    }
  }
}

type VolumeLabels = Readonly<Record<string, string>>;

const labelledSchema = z.looseObject({ Labels: z.record(z.string(), z.string()).nullish() });

function nameOf(mount: HelperMount): string {
  return 'volume' in mount ? mount.volume : mount.folder;
}

function isWritable(mount: HelperMount): boolean {
  return 'volume' in mount && mount.writable === true;
}

/** Whether a container was made by us, for a backup or a restore: it uses nothing. */
export function isHelper(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  return labels?.[RUN_LABEL] !== undefined;
}

function lost(engine: DockerEngine, volume: string) {
  return swarmErrors.volumeLost({
    message: `The volume ${volume} on ${engine.where} went away meanwhile.`,
  });
}

const imageSchema = z.looseObject({ Id: z.string() });

/** Removes helper containers that were left at a volume, by whichever run: the engine would not let it go. */
export async function removeHelpersAt(
  engine: DockerEngine,
  volume: string,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({ label: [RUN_LABEL], volume: [volume] });
  const request = { purpose: 'look for what was left', query: { all: true, filters }, signal };
  for (const { Id, Mounts } of await engine.json('/containers/json', request, mountedSchema)) {
    // An engine that does not know the filter would give all of them.
    if (Mounts?.some(({ Name }) => Name === volume) !== true) continue;
    await remove(engine, `/containers/${Id}`, { force: true, v: false });
  }
}

const mountedSchema = z.array(
  z.looseObject({
    Id: z.string(),
    Mounts: z.array(z.looseObject({ Name: z.string().nullish() })).nullish(),
  }),
);

/** Removes the containers and the image that a run made, and says how many there were. */
export async function removeLeftovers(
  engine: DockerEngine,
  run: string,
  log: Log,
): Promise<{ containers: number; images: number }> {
  const filters = JSON.stringify({ label: [`${RUN_LABEL}=${run}`] });
  const request = () => ({
    query: { all: true, filters },
    purpose: 'look for what was left',
    signal: AbortSignal.timeout(MUST),
  });
  const done = { containers: 0, images: 0 };
  try {
    const containers = z.array(containerSchema);
    for (const { Id } of await engine.json('/containers/json', request(), containers)) {
      await remove(engine, `/containers/${Id}`, { force: true, v: false });
      done.containers++;
    }
    for (const { Id } of await engine.json('/images/json', request(), z.array(imageSchema))) {
      await remove(engine, `/images/${encodeURIComponent(Id)}`, { force: true });
      done.images++;
    }
  } catch (error) {
    if (!isClusterBackupError(error)) throw error;
    log.warn(`What was made on ${engine.where} could not be removed: ${error.message}`);
    throw error;
  }
  return done;
}

/** Deletes, also when all else was cancelled; that it is gone already is as good. */
export async function remove(
  engine: DockerEngine,
  path: string,
  query: Record<string, boolean> = {},
): Promise<void> {
  try {
    const signal = AbortSignal.timeout(MUST);
    await engine.json(path, { method: 'DELETE', query, purpose: 'clean up', signal });
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}
