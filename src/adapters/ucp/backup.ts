import { coreErrors } from '../../core/errors';
import type { BackupRequest, BackupSource, RunContext, SnapshotReport } from '../../core/ports';
import { snapshotErrors } from '../../snapshots/snapshotErrors';
import { OLDER_VOLUMES } from '../../snapshots/ucp/layout';
import { refuseElsewhere } from './backupHindrances';
import type { UcpConnections } from './connections';
import { ucpErrors } from './errors';
import { pick, readManagers } from './managers';
import type { Candidate, UcpManagers } from './managers';
import { runProduct } from './productRun';
import { backupArguments, checkPassphrase, versionOf } from './versions';
import type { UcpVersion } from './versions';

/**
 * Runs the product's own `backup` on a manager. The stream ends only after the product has ended well; whatever happens,
 * its container goes away and UCP runs again.
 *
 * @throws `core.unsupported`, `ucp.*`, `docker.*`
 */
export async function startBackup(
  connections: UcpConnections,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupSource> {
  if (request.mode !== 'container') {
    throw coreErrors.unsupported({
      message: `UCP has no backup in mode "${request.mode}" that goes into the vault.`,
    });
  }
  const found = await readManagers(connections, context);
  const on = pick(found, request.on);
  const version = versionOf(on.controller.version ?? '', connections.connection.image);
  const passphrase = passphraseFor(connections, request);
  if (passphrase !== undefined) checkPassphrase(version, passphrase);
  await refuseElsewhere(found, on, context.signal);
  context.progress({ phase: `Starting the backup on ${on.name}` });
  const { stdout } = await runProduct(
    connections,
    on.engine,
    {
      version,
      command: 'backup',
      args: backupArguments(version, { instance: found.instance, passphrase }),
      secrets: passphrase === undefined ? [] : [passphrase],
      purpose: 'take a backup',
    },
    context,
  );
  return {
    stream: stdout,
    systemVersion: version.text,
    notes: notesOf(version, on),
    origin: originOf(version, on, found),
    ...(passphrase === undefined ? {} : { sealed: true }),
    judge: (report) => judgeReport(version, report),
  };
}

/**
 * The passphrase that the product itself encrypts with; undefined where we do.
 *
 * @throws `ucp.needsPassphrase`
 */
export function passphraseFor(
  { connection }: Pick<UcpConnections, 'connection'>,
  { encryption }: Pick<BackupRequest, 'encryption'>,
): string | undefined {
  if (connection.encryptedBy === 'us') return undefined;
  if (encryption?.kind === 'passphrase') return encryption.passphrase;
  const now = encryption?.kind === 'openpgp' ? 'for OpenPGP keys' : 'not at all';
  throw ucpErrors.needsPassphrase({
    message: `UCP is to encrypt the backup itself, which it does with a passphrase only, and backups of this cluster are encrypted ${now}.`,
  });
}

function notesOf(version: UcpVersion, { name, leader, controller }: Candidate): string[] {
  return [
    `Taken on ${name}${leader ? ', the leader of the swarm' : ''}.`,
    ...(version.stops ? [`The containers of UCP on ${name} were stopped meanwhile.`] : []),
    ...(controller.healthy
      ? []
      : [`UCP on ${name} was not healthy (${controller.status}): the backup may lack something.`]),
    ...(version.described ? [] : [`${version.title} is newer than what this program knows.`]),
  ];
}

/** What a later restore has to compare. */
function originOf(
  version: UcpVersion,
  { name, node, engine }: Candidate,
  { instance }: UcpManagers,
): Record<string, string> {
  const address = engine.info.Swarm?.NodeAddr ?? node?.Status?.Addr;
  return {
    node: name,
    image: version.image,
    ...(engine.info.ServerVersion === undefined ? {} : { engine: engine.info.ServerVersion }),
    ...(instance === undefined ? {} : { instance }),
    ...(address === undefined || address === '' ? {} : { address }),
  };
}

/**
 * The bytes alone can't tell that older versions back more volumes up, and that those are missing.
 *
 * @throws `snapshot.ucpUnsound`
 */
export function judgeReport(
  version: Pick<UcpVersion, 'rule' | 'title'>,
  { facts, stats }: Pick<SnapshotReport, 'facts' | 'stats'>,
): void {
  if (version.rule !== 'older' || facts['rule'] === 'older') return;
  const missing = OLDER_VOLUMES.filter((volume) => !stats.some(({ name }) => name === volume));
  throw snapshotErrors.ucpUnsound({
    message: `The backup lacks ${missing.join(' and ')}, which ${version.title} backs up.`,
  });
}
