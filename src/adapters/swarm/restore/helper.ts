import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import * as z from 'zod';
import type { DockerEngine } from '../../docker/engine';
import { isStatus } from '../../docker/errors';

/** Of containers that are made to reach into a volume; never started. */
export const HELPER_LABEL = 'cluster-backup.helper';
/** Where the volume is in such a container. */
export const MOUNT = 'v';

/** Seconds that cleaning up may take; it is done also when all else was cancelled. */
const CLEANUP_SECONDS = 60;
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
 */
export async function withVolume<T>(
  engine: DockerEngine,
  volume: string,
  access: 'ro' | 'rw',
  signal: AbortSignal,
  use: (helper: VolumeHelper) => Promise<T>,
): Promise<T> {
  await engine.json(`/volumes/${encodeURIComponent(volume)}`, { purpose: 'find a volume', signal });
  const image = await importEmpty(engine, signal);
  let container: string | undefined;
  try {
    const name = `cluster-backup-${randomBytes(6).toString('hex')}`;
    const { Id } = await engine.json(
      '/containers/create',
      {
        method: 'POST',
        query: { name },
        purpose: `reach into the volume ${volume}`,
        signal,
        body: {
          Image: image,
          Cmd: ['-'],
          Labels: { [HELPER_LABEL]: 'restore' },
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
  const filters = JSON.stringify({ label: [`${HELPER_LABEL}=restore`], volume: [volume] });
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

/** Removes something, also when all else was cancelled. What is gone already is no failure. */
export async function remove(
  engine: DockerEngine,
  path: string,
  query: Record<string, number> = {},
): Promise<void> {
  const signal = AbortSignal.timeout(CLEANUP_SECONDS * 1000);
  try {
    const request = { method: 'DELETE', query, purpose: 'clean up', signal } as const;
    const { body } = await engine.stream(path, request);
    body.destroy();
  } catch (error) {
    if (!isStatus(error, 404)) throw error;
  }
}

async function importEmpty(engine: DockerEngine, signal: AbortSignal): Promise<string> {
  const answer = await engine.send('/images/create', Readable.from([EMPTY_TAR]), {
    method: 'POST',
    query: { fromSrc: '-' },
    purpose: 'make an empty image',
    signal,
  });
  const id = /sha256:[0-9a-f]{64}/.exec(answer)?.[0];
  if (id === undefined) throw new Error(`The engine made no image: ${answer.slice(0, 200)}`);
  return id;
}
