import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import * as z from 'zod';
import type { DockerEngine } from '../../docker/engine';
import { isStatus } from '../../docker/errors';

/** Of containers that are made to reach into a volume; never started. */
export const HELPER_LABEL = 'cluster-backup.helper';
/** Where the volume is in such a container. */
export const MOUNT = 'v';

/**
 * Seconds that making a container and cleaning up may take. Neither is cut short when all else is cancelled: what an
 * engine has made meanwhile would not be known.
 */
const MUST_SECONDS = 60;
/** An archive with nothing in it. */
const EMPTY_TAR = Buffer.alloc(1024);

const createdSchema = z.looseObject({ Id: z.string() });
const helpersSchema = z
  .array(z.looseObject({ Id: z.string(), ImageID: z.string().nullish() }))
  .nullable();
const mountsSchema = z.looseObject({
  Mounts: z.array(z.looseObject({ Name: z.string().nullish() })).nullish(),
});

/** A container that is never started and has a volume at `/v`. */
export interface VolumeHelper {
  engine: DockerEngine;
  /** Path of its archive. */
  archive: string;
}

/**
 * Makes a container with a volume from an empty image, made on the spot, and takes both away again whatever happens.
 * The volume has to be there: an engine makes one silently where there is none.
 *
 * @param run names what is made, so that `sweepRun` finds it when this process is killed
 */
export async function withVolume<T>(
  engine: DockerEngine,
  volume: string,
  { access, run, signal }: { access: 'ro' | 'rw'; run: string; signal: AbortSignal },
  use: (helper: VolumeHelper) => Promise<T>,
): Promise<T> {
  await engine.json(`/volumes/${encodeURIComponent(volume)}`, { purpose: 'find a volume', signal });
  signal.throwIfAborted();
  const image = await importEmpty(engine, run);
  let container: string | undefined;
  try {
    const name = `cluster-backup-${randomBytes(6).toString('hex')}`;
    const { Id } = await engine.json(
      '/containers/create',
      {
        method: 'POST',
        query: { name },
        purpose: `reach into the volume ${volume}`,
        signal: AbortSignal.timeout(MUST_SECONDS * 1000),
        body: {
          Image: image,
          Cmd: ['-'],
          Labels: { [HELPER_LABEL]: run },
          NetworkDisabled: true,
          HostConfig: {
            NetworkMode: 'none',
            Mounts: [
              {
                Type: 'volume',
                Source: volume,
                Target: `/${MOUNT}`,
                ReadOnly: access === 'ro',
                VolumeOptions: { NoCopy: true },
              },
            ],
          },
        },
      },
      createdSchema,
    );
    container = Id;
    signal.throwIfAborted();
    return await use({ engine, archive: `/containers/${Id}/archive` });
  } finally {
    if (container !== undefined)
      await remove(engine, `/containers/${container}`, { v: 0, force: 1 });
    await remove(engine, `/images/${image}`, { force: 1 });
  }
}

/** Whether a container was made by us, for a backup or a restore: it uses nothing. */
export function isHelper(labels: Readonly<Record<string, string>> | null | undefined): boolean {
  return Object.keys(labels ?? {}).some((label) => label.startsWith('cluster-backup.'));
}

/** Takes away what a run that was cut off has left at a volume. */
export async function sweepHelpers(
  engine: DockerEngine,
  volume: string,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({ label: [HELPER_LABEL], volume: [volume] });
  const request = { purpose: 'look for what was left', query: { all: 1, filters }, signal };
  const helpers = (await engine.json('/containers/json', request, helpersSchema)) ?? [];
  for (const { Id, ImageID } of helpers) {
    const asked = { purpose: 'look at what was left', signal };
    const { Mounts } = await engine.json(`/containers/${Id}/json`, asked, mountsSchema);
    // An engine that does not know the filter would give all of them.
    if (Mounts?.some(({ Name }) => Name === volume) !== true) continue;
    await remove(engine, `/containers/${Id}`, { v: 0, force: 1 });
    if (typeof ImageID === 'string') await remove(engine, `/images/${ImageID}`, { force: 1 });
  }
}

/** Takes away the images that a run has left which was cut off. */
export async function sweepRun(
  engine: DockerEngine,
  run: string,
  signal: AbortSignal,
): Promise<void> {
  const filters = JSON.stringify({ label: [`${HELPER_LABEL}=${run}`] });
  const request = { purpose: 'look for what was left', query: { filters }, signal };
  const images =
    (await engine.json('/images/json', request, z.array(createdSchema).nullable())) ?? [];
  for (const { Id } of images) await remove(engine, `/images/${Id}`, { force: 1 });
}

/** Removes something, also when all else was cancelled. What is gone already is no failure. */
export async function remove(
  engine: DockerEngine,
  path: string,
  query: Record<string, number> = {},
): Promise<void> {
  const signal = AbortSignal.timeout(MUST_SECONDS * 1000);
  try {
    const request = { method: 'DELETE', query, purpose: 'clean up', signal } as const;
    const { body } = await engine.stream(path, request);
    body.destroy();
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

async function importEmpty(engine: DockerEngine, run: string): Promise<string> {
  const answer = await engine.send('/images/create', Readable.from([EMPTY_TAR]), {
    method: 'POST',
    query: { fromSrc: '-', changes: `LABEL ${HELPER_LABEL}=${run}` },
    purpose: 'make an empty image',
    signal: AbortSignal.timeout(MUST_SECONDS * 1000),
  });
  const id = /sha256:[0-9a-f]{64}/.exec(answer)?.[0];
  if (id === undefined) throw new Error(`The engine made no image: ${answer.slice(0, 200)}`);
  return id;
}
