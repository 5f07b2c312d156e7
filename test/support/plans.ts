import type { PlannedChange, RestorePlan } from '../../src/core/plan';

/** A change as an adapter plans it, from its id. */
export function change(id: string, changes: Partial<PlannedChange> = {}): PlannedChange {
  const [kind = '', ...rest] = id.split('/');
  return { id, kind, name: rest.at(-1) ?? kind, action: 'create', chosen: true, ...changes };
}

/** A plan object by object; possible where a chosen change has something to do. */
export function itemisedPlan(
  changes: PlannedChange[],
  more: Partial<RestorePlan> = {},
): RestorePlan {
  return {
    cluster: 'prod',
    system: 'swarm',
    source: 'prod.swarm.tar',
    content: {
      format: 'swarm',
      identity: {},
      servers: [],
      stats: [],
      totalSize: 0,
      counts: {},
      facts: {},
      contentBytes: 0,
    },
    current: { counts: {} },
    comparison: [],
    items: [],
    changes,
    choices: {},
    possible: changes.some((c) => c.chosen && (c.action === 'create' || c.action === 'update')),
    safetyBackup: true,
    fingerprint: 'x',
    ...more,
  };
}
