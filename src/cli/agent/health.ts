import type { AgentState } from '../../core/agent/ports';

export interface Health {
  status: 200 | 503;
  body: {
    /** `stalled`: the loop did not come round; `notConfigured`: the configuration could not be read yet. */
    status: 'ok' | 'stalled' | 'notConfigured';
    /** How backups stand. It makes the agent no less healthy: a restart would not help. */
    clusters: Record<string, string>;
  };
}

/** The loop comes round once a minute at least. */
const STALLED_MS = 3 * 60_000;

/** Whether the agent does its work, so that a service manager knows when a new one would help. */
export function health({ started, lastTurn, clusters, error }: AgentState, now: Date): Health {
  const states = Object.fromEntries(clusters.map(({ name, standing }) => [name, standing.state]));
  const isStalled = now.getTime() - (lastTurn ?? started) > STALLED_MS;
  const isConfigured = clusters.length > 0 || error === undefined;
  const status = isStalled ? 'stalled' : isConfigured ? 'ok' : 'notConfigured';
  return { status: status === 'ok' ? 200 : 503, body: { status, clusters: states } };
}
