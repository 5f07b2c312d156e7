import type { Command } from 'commander';
import type { ClusterConfig } from '../../core/config/parse';
import { throwIfCancelled, toErrorInfo } from '../../core/errors';
import type { ErrorInfo } from '../../core/errors';
import type { ClusterStatus } from '../../core/model';
import { listBackups } from '../backups';
import { backupDocument } from '../backupText';
import type { BackupDocument } from '../backupText';
import type { Cli } from '../cli';
import { cliErrors } from '../cliErrors';
import { invalid } from '../configuration';
import type { WithCli } from '../program';
import { resolved } from '../secrets';
import { table } from '../table';
import { ageText } from '../words';
import { wholeNumber } from './activities';

interface Options {
  status: boolean;
  timeout: number;
}

/** A cluster as `--json` has it. Fields may be added, never changed. */
export interface ClusterDocument {
  name: string;
  system: string;
  vault: string;
  /** What the cluster says; absent with --no-status and where `error` says why. */
  status?: ClusterStatus;
  error?: Omit<ErrorInfo, 'detail'>;
  backups: number;
  lastBackup?: BackupDocument;
}

export function clustersCommand(program: Command, withCli: WithCli): void {
  program
    .command('clusters')
    .description('list the clusters of the configuration, their health and their last backup')
    .option('--no-status', 'do not ask the clusters')
    .option('--timeout <seconds>', 'how long to wait for a cluster', wholeNumber, 10)
    .action(
      withCli<Options>(async (cli, _args, options) => {
        const { file, clusters, problems, hint } = await cli.configuration();
        const { found, failures } = await listBackups(cli, { adopt: false });
        if (options.status && clusters.length > 0) {
          cli.context.progress({ phase: 'Asking the clusters' });
        }
        const documents = await Promise.all(
          clusters.map(async (cluster): Promise<ClusterDocument> => {
            const own = found.filter(
              (f) => f.vault === cluster.vault && f.backup.manifest.cluster === cluster.name,
            );
            const { name, system, vault } = cluster;
            const [last] = own;
            return {
              name,
              system,
              vault,
              ...(options.status ? await statusOf(cli, cluster, options.timeout) : {}),
              backups: own.length,
              ...(last === undefined ? {} : { lastBackup: backupDocument(last) }),
            };
          }),
        );
        throwIfCancelled(cli.context.signal);
        cli.out.document({
          file,
          clusters: documents,
          problems: problems.map(({ cluster, line, message }) => ({ cluster, line, message })),
        });
        if (documents.length > 0) {
          cli.out.text(clusterTable(documents, options.status, cli.services.clock.now()));
        } else {
          cli.out.note(`${file} has no cluster. ${hint}`.trim());
        }
        for (const { name, status, error } of documents) {
          for (const warning of status?.warnings ?? []) cli.out.note(`${name}: ${warning}`);
          if (error !== undefined) cli.out.note(`${name}: ${error.message} [${error.code}]`);
        }
        for (const problem of problems.slice(1)) cli.out.warn(invalid(file, problem).message);
        // What could not be read must not look like a complete answer.
        if (problems[0] !== undefined) throw invalid(file, problems[0]);
        if (failures.length > 0) throw failures[0];
      }),
    );
}

async function statusOf(
  cli: Cli,
  cluster: ClusterConfig,
  seconds: number,
): Promise<Pick<ClusterDocument, 'status' | 'error'>> {
  const late = AbortSignal.timeout(seconds * 1000);
  const signal = AbortSignal.any([cli.context.signal, late]);
  const expired = new Promise<never>((_, reject) => {
    late.addEventListener('abort', () => {
      const message = `Cluster "${cluster.name}" did not answer within ${seconds} s.`;
      reject(cliErrors.noAnswer({ message }));
    });
  });
  const asked = async () => {
    const ready = await resolved(cli, cluster, { ask: false });
    const operations = await cli.operations();
    return operations.status(
      { cluster: ready },
      { ...cli.context, progress: () => undefined, signal },
    );
  };
  try {
    return { status: await Promise.race([asked(), expired]) };
  } catch (error) {
    throwIfCancelled(cli.context.signal);
    const { detail, ...info } = toErrorInfo(error);
    if (detail !== undefined) cli.context.log.debug(detail);
    return { error: info };
  } finally {
    expired.catch(() => undefined);
  }
}

function clusterTable(
  clusters: readonly ClusterDocument[],
  withStatus: boolean,
  now: Date,
): string {
  const titles = [
    'NAME',
    'SYSTEM',
    ...(withStatus ? ['HEALTH', 'VERSION', 'LEADER'] : []),
    'BACKUPS',
    'LAST BACKUP',
  ];
  return table(
    titles.map((title) => (title === 'BACKUPS' ? { title, align: 'right' } : { title })),
    clusters.map(({ name, system, status, error, backups, lastBackup }) => [
      name,
      system,
      ...(withStatus ? [health(status, error), status?.version ?? '-', status?.leader ?? '-'] : []),
      String(backups),
      lastBackup === undefined ? 'never' : ageText(lastBackup.manifest.created, now),
    ]),
  );
}

function health(status: ClusterStatus | undefined, error: ClusterDocument['error']): string {
  if (status === undefined) return error?.code ?? 'unknown';
  const { health, quorum } = status;
  const words = { healthy: 'healthy', degraded: 'DEGRADED', noLeader: 'NO LEADER' }[health];
  return quorum === undefined ? words : `${words} (${quorum.alive}/${quorum.total} voters)`;
}
