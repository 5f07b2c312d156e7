import { errorTable } from '../../core/errors';

export const consulErrors = errorTable('consul', {
  badConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
  denied: {
    category: 'refused',
    next: 'Use a token whose policy has acl = "write", e.g. the built-in policy global-management.',
  },
  tokenUnknown: {
    category: 'refused',
    next: 'Enter a token that this cluster knows.',
  },
  noLeader: {
    category: 'refused',
    next: 'Bring back enough servers for a leader, or back up in mode "stale" to save what a follower has.',
  },
  wrongDatacenter: {
    category: 'refused',
    next: 'Correct `datacenter`, or leave it out to use the one of the agent.',
  },
  staleTooOld: {
    category: 'refused',
    next: 'Ask a server that hears from the leader, or raise `staleLimit` to take what there is.',
  },
  degraded: {
    category: 'refused',
    next: 'Bring the failed servers back, or back up in mode "stale".',
  },
  rateLimited: {
    category: 'failed',
    next: "Try again later, or raise the limit of requests in Consul's configuration.",
  },
  serverError: {
    category: 'failed',
    next: 'Look at the log of the Consul servers; what they say there is the whole story.',
  },
  notConsul: {
    category: 'failed',
    next: 'Check that the address is the one of a Consul agent, and its path prefix is right.',
  },
  restoreRejected: {
    category: 'failed',
    next: 'The cluster holds what it held before. Verify the backup, and look at the log of the Consul servers.',
  },
  restoreNotSent: {
    category: 'failed',
    next: 'The cluster never had the whole snapshot and holds what it held before. Try again.',
  },
  restoreUnconfirmed: {
    category: 'failed',
    next: 'Do not repeat it blindly: look at the log of the leader, and at what the cluster holds now.',
  },
});
