import type { AgentClusterState, AgentEvent, AgentState } from '../../../src/core/agent/ports';
import type { Log } from '../../../src/core/ports';

/** A log that is kept: `warn what was said`. */
export function memoryLog(): Log & { lines: string[] } {
  const lines: string[] = [];
  const write = (level: string) => (message: string) => void lines.push(`${level} ${message}`);
  return {
    lines,
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  };
}

export const NOW = Date.parse('2026-11-22T12:00:00Z');

export function event(changes: Partial<AgentEvent> = {}): AgentEvent {
  return {
    kind: 'failed',
    cluster: 'prod',
    at: new Date(NOW).toISOString(),
    text: 'The backup of "prod" failed.',
    ...changes,
  };
}

export function clusterState(changes: Partial<AgentClusterState> = {}): AgentClusterState {
  return {
    key: '["/vault","prod"]',
    name: 'prod',
    runs: { done: 3, failed: 1 },
    failuresInARow: 0,
    standing: { state: 'good', lines: [] },
    backups: 7,
    bytes: 1234,
    damaged: 0,
    checksOverdue: 0,
    pruned: 2,
    ...changes,
  };
}

export function agentState(changes: Partial<AgentState> = {}): AgentState {
  return { started: NOW - 60_000, lastTurn: NOW - 1_000, clusters: [clusterState()], ...changes };
}
