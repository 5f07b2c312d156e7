import { unwatchFile, watchFile } from 'node:fs';
import { createAgent } from '../../core/agent/agent';
import type { AgentCluster, AgentParts } from '../../core/agent/ports';
import { toErrorInfo } from '../../core/errors';
import { rhythmText } from '../../core/retention/interval';
import { dueOf } from '../../core/schedule/planned';
import { VERSION } from '../../core/version';
import type { Cli } from '../cli';
import { countText, timeText } from '../words';
import { addressText, isLoopback } from './listen';
import type { ListenAddress } from './listen';
import type { PreparedAgent } from './prepareAgent';
import { startServer } from './server';

/** How often the configuration file is looked at (ms). */
const LOOK_MS = 2_000;

/**
 * Runs the agent until it is told to end.
 *
 * @param listen where metrics and health are told; undefined: nowhere
 * @throws `agent.addressInUse`, `agent.notListening`
 */
export async function runAgent(
  { parts, file, ...prepared }: PreparedAgent,
  cli: Cli,
  listen: ListenAddress | undefined,
): Promise<void> {
  const { log, clock } = parts;
  const agent = createAgent(parts);
  const server = listen && (await startServer({ listen, state: () => agent.state(), clock, log }));
  const forgetHangUp = cli.services.onHangUp(() => {
    log.info('SIGHUP: the configuration is read anew.');
    agent.wake();
  });
  const wake = () => agent.wake();
  watchFile(file, { interval: LOOK_MS, persistent: false }, wake);
  try {
    log.info(`The agent of Cluster Backup ${VERSION} works by ${file}.`);
    if (server) log.info(`Metrics and health: http://${addressText(server.address)}`);
    if (server && !isLoopback(server.address.host)) {
      log.warn('Whoever reaches this address reads the names of clusters and how they stand.');
    }
    await introduce(parts, file);
    await prepared.tellMissingSecrets();
    await agent.run(cli.context.signal);
    log.info('The agent has ended.');
  } finally {
    unwatchFile(file, wake);
    forgetHangUp();
    await server?.close();
  }
}

/** Says what is looked after and when it runs next. What can't be told now is told by the runs. */
async function introduce({ work, log, clock }: AgentParts, file: string): Promise<void> {
  const clusters = await work.clusters();
  if (clusters.length === 0) {
    log.warn(`No cluster of ${file} has a policy: nothing is done until one has.`);
    return;
  }
  for (const cluster of clusters) {
    const next = await nextRun(cluster).catch(
      (error: unknown) => `its backups can't be listed: ${toErrorInfo(error).message}`,
    );
    log.info(`${cluster.name}: ${policyText(cluster)}; ${next}`);
  }

  async function nextRun(cluster: AgentCluster): Promise<string> {
    const backups = await work.backups(cluster);
    const due = dueOf(cluster.policy, cluster.key, backups, clock.now());
    const there = `${countText(backups.length, 'backup')} there`;
    if (due === undefined) return there;
    return due.due
      ? `${there}, one is due now`
      : `${there}, the next one at ${timeText(due.next.toISOString())}`;
  }
}

function policyText({ policy: { schedules = [], verify } }: AgentCluster): string {
  const kept = schedules.map(({ interval, count }) => `${count} (${rhythmText(interval)})`);
  return [
    kept.length === 0 ? 'no schedules' : `keeps ${kept.join(', ')}`,
    ...(verify === undefined ? [] : [`checks ${rhythmText(verify.every)}`]),
  ].join(', ');
}
