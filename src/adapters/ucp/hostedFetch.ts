import type { BackupSource, RunContext } from '../../core/ports';
import { isCancellation } from '../../core/errors';
import { singleFile } from '../../snapshots/tar/singleFile';
import { isStatus } from '../docker/errors';
import type { NodeEngine } from '../swarm/connections';
import { RunHelpers } from '../swarm/runHelpers';
import type { UcpApi } from './api';
import { ucpApiErrors } from './apiErrors';
import type { ApiBackup } from './apiWire';
import type { UcpConnections } from './connections';
import { engineOf, fetchable, placeOf } from './hostedBackup';
import { lookInstalled } from './installed';
import { versionOf } from './versions';

/**
 * Copies a backup that lies on a manager, through that manager's engine: a container that never runs gives access to its
 * folder. It is removed at the end, and by the next start where this process is killed.
 *
 * @throws `ucp.hostedUnknown`, `ucp.notFetchable`, `ucp.hostedGone`, `ucp.api*`, `docker.*`
 */
export async function fetchHosted(
  ucp: UcpConnections,
  api: UcpApi,
  id: string,
  context: RunContext,
): Promise<BackupSource> {
  const { signal, log } = context;
  const [backup, reached] = await Promise.all([
    api.one(id, signal),
    ucp.engines.reach(signal, log, { anyMain: true }),
  ]);
  if (backup === undefined) {
    throw ucpApiErrors.hostedUnknown({ message: `${api.where} knows no backup ${id}.` });
  }
  const may = fetchable(backup, reached);
  const manager = engineOf(backup, reached);
  const place = placeOf(backup);
  if (may !== true || manager === undefined || place === undefined) {
    const why = may === true ? 'It is not known where it lies.' : may;
    throw ucpApiErrors.notFetchable({
      message: `The backup ${backup.fileName || id} can't be copied from the manager: ${why}`,
    });
  }
  const version = await installedVersion(api, manager, context);
  const where = `${manager.node}:${place.folder}/${place.name}`;
  const source = await read(ucp, manager, place, where, context);
  return {
    ...source,
    ...(version === undefined ? {} : { systemVersion: version }),
    phase: `Copying from ${manager.node}`,
    notes: notesOf(backup, where, version),
    origin: originOf(backup, manager, imageOf(version, ucp)),
  };
}

async function read(
  ucp: UcpConnections,
  { engine }: NodeEngine,
  { folder, name }: { folder: string; name: string },
  where: string,
  { signal, log }: RunContext,
): Promise<Pick<BackupSource, 'stream' | 'size' | 'sealed'>> {
  const helpers = new RunHelpers(ucp.engines.journals, 'backup', log);
  try {
    const on = await helpers.on(engine);
    const container = await on.create({ folder }, signal);
    const tar = await on.readFile(container, name, signal);
    const { size, head, stream } = await singleFile(tar, `The tar of ${where}`);
    const over = new Promise<void>((resolve) => stream.once('close', resolve));
    ucp.engines.keepFor(over.then(() => helpers.close()));
    return { stream, size, sealed: isSealed(head) };
  } catch (error) {
    await helpers.close();
    if (isGone(error)) {
      throw ucpApiErrors.hostedGone({
        message: `The backup's file ${where} is not there any more.`,
        cause: error,
      });
    }
    throw error;
  }
}

/** A folder that is not there can't be mounted; of a file the engine says so when it is read. */
function isGone(error: unknown): boolean {
  if (isStatus(error, 404)) return true;
  return isStatus(error, 400) && /does not exist|no such file/i.test((error as Error).message);
}

/** Every packet of an OpenPGP message begins with its highest bit set (RFC 4880, section 4.2); no tar does. */
function isSealed(head: Buffer): boolean {
  return ((head[0] ?? 0) & 0x80) !== 0;
}

/** The version that is installed now: the controller's on that manager, else what the API says. */
async function installedVersion(
  api: UcpApi,
  { engine }: NodeEngine,
  context: RunContext,
): Promise<string | undefined> {
  try {
    return (await lookInstalled(engine, context)).version ?? (await api.version(context.signal));
  } catch (error) {
    if (isCancellation(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    context.log.warn(`The version is not known: ${reason}`);
    return undefined;
  }
}

/** `2026-11-21 23:34:54 UTC` */
function plainTime(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return time;
  return `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

function notesOf(backup: ApiBackup, where: string, version: string | undefined): string[] {
  const made = backup.created === undefined ? '' : `, made ${plainTime(backup.created)}`;
  const notes = [`Copied from ${where}${made}.`];
  if (version !== undefined) notes.push('The version is the one installed when it was copied.');
  return notes;
}

/** Image of that version; undefined where it is none that is known. */
function imageOf(version: string | undefined, { connection }: UcpConnections): string | undefined {
  try {
    return version === undefined ? undefined : versionOf(version, connection.image).image;
  } catch {
    return undefined;
  }
}

/** As a backup by the product's container says it, and which backup it was. */
function originOf(
  backup: ApiBackup,
  { node, clusterId, info }: NodeEngine,
  image: string | undefined,
): Record<string, string> {
  const facts = {
    node,
    image,
    engine: info.ServerVersion,
    instance: clusterId,
    address: info.Swarm?.NodeAddr,
    hostedId: backup.id,
    taken: backup.created,
  };
  const known = Object.entries(facts).filter((fact): fact is [string, string] => !!fact[1]);
  return Object.fromEntries(known);
}
