import type { AgentClusterState, AgentState } from '../../core/agent/ports';
import { VERSION } from '../../core/version';

/** A number of each cluster; undefined: there is none yet, and no line is given for it. */
type OfCluster = (cluster: AgentClusterState) => number | undefined;

interface Metric {
  name: string;
  help: string;
  value: OfCluster;
}

const seconds = (milliseconds: number | undefined) =>
  milliseconds === undefined ? undefined : milliseconds / 1000;

const GAUGES: readonly Metric[] = [
  {
    name: 'last_success_timestamp_seconds',
    help: 'When the newest good backup was begun, whoever made it.',
    value: ({ lastSuccess }) => seconds(lastSuccess),
  },
  {
    name: 'last_attempt_timestamp_seconds',
    help: 'When this agent last began a backup.',
    value: ({ lastAttempt }) => seconds(lastAttempt),
  },
  {
    name: 'last_duration_seconds',
    help: 'How long the last backup of this agent took.',
    value: ({ lastDuration }) => seconds(lastDuration),
  },
  {
    name: 'failures_in_a_row',
    help: 'Runs that failed since the last good one.',
    value: ({ failuresInARow }) => failuresInARow,
  },
  {
    name: 'overdue',
    help: 'Whether a backup is missing that the policy asks for.',
    value: ({ standing }) =>
      Number(standing.lines.some(({ code }) => code === 'missed' || code === 'noBackup')),
  },
  {
    name: 'next_run_timestamp_seconds',
    help: 'When the next backup is begun.',
    value: ({ next }) => seconds(next),
  },
  { name: 'backups', help: 'Backups there are.', value: ({ backups }) => backups },
  { name: 'stored_bytes', help: 'Bytes that they take.', value: ({ bytes }) => bytes },
  {
    name: 'damaged_backups',
    help: 'Backups that a check found damaged.',
    value: ({ damaged }) => damaged,
  },
  {
    name: 'checks_overdue',
    help: 'Backups whose last check is longer ago than the policy allows.',
    value: ({ checksOverdue }) => checksOverdue,
  },
  {
    name: 'oldest_check_timestamp_seconds',
    help: 'The oldest last check of a backup; one never checked counts from when it was made.',
    value: ({ oldestCheck }) => seconds(oldestCheck),
  },
  {
    name: 'running',
    help: 'Whether a backup, a check or a prune runs now.',
    value: ({ running }) => Number(running !== undefined),
  },
];

const STATES = ['good', 'warning', 'bad', 'none'] as const;

/** What Prometheus gets; times are seconds since 1970. Part of the documented interface (docs/agent.md). */
export async function metricsText(state: AgentState): Promise<{ type: string; text: string }> {
  const { Counter, Gauge, Registry } = await import('./promClient');
  // Made anew each time: a cluster that left the configuration leaves nothing behind.
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, labelNames: string[]) =>
    new Gauge({ name: `cluster_backup_${name}`, help, labelNames, registers });
  const counter = (name: string, help: string, labelNames: string[]) =>
    new Counter({ name: `cluster_backup_${name}`, help, labelNames, registers });

  for (const { name, help, value } of GAUGES) {
    const metric = gauge(name, help, ['cluster']);
    for (const cluster of state.clusters) {
      const number = value(cluster);
      if (number !== undefined) metric.set({ cluster: cluster.name }, number);
    }
  }
  const runs = counter('runs_total', 'Backups that this agent began, by how they ended.', [
    'cluster',
    'result',
  ]);
  const pruned = counter('pruned_total', 'Backups that this agent pruned.', ['cluster']);
  const standing = gauge('state', 'How the backups stand: 1 for the state they are in.', [
    'cluster',
    'state',
  ]);
  for (const cluster of state.clusters) {
    const named = { cluster: cluster.name };
    runs.inc({ ...named, result: 'done' }, cluster.runs.done);
    runs.inc({ ...named, result: 'failed' }, cluster.runs.failed);
    pruned.inc(named, cluster.pruned);
    for (const one of STATES) {
      standing.set({ ...named, state: one }, Number(cluster.standing.state === one));
    }
  }
  gauge('agent_last_turn_timestamp_seconds', 'When the loop last came round.', []).set(
    (state.lastTurn ?? state.started) / 1000,
  );
  gauge('agent_start_timestamp_seconds', 'When the agent started.', []).set(state.started / 1000);
  gauge('build_info', 'The version that runs.', ['version']).set({ version: VERSION }, 1);
  return { type: registry.contentType, text: await registry.metrics() };
}
