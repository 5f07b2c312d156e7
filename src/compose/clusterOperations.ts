import { coreErrors } from '../core/errors';
import type { ClusterStatus, ContentsGroup } from '../core/model';
import { resumeInterrupted } from '../core/operations/resume';
import type { RunContext, SetupOption } from '../core/ports';
import type { Recovery } from '../core/recovery';
import { withParts } from './parts';
import type { Place, Recorded } from './place';
import type { ResolvedCluster } from './resolvedCluster';

/** What is asked of a cluster itself, and what brings it back into order. */
export interface ClusterOperations {
  status(p: { cluster: ResolvedCluster }, c: RunContext): Promise<ClusterStatus>;
  /** The cluster's objects; none where its system can't list them. */
  contents(p: { cluster: ResolvedCluster }, c: RunContext): Promise<ContentsGroup[]>;
  /** One object as it is now, in the words in which a backup tells it. */
  liveText(p: { cluster: ResolvedCluster; id: string }, c: RunContext): Promise<string | undefined>;
  /** Finishes what a run that was cut off has left; gives what was done. */
  resume(p: Recorded & { cluster: ResolvedCluster }, c: RunContext): Promise<string[]>;
  /** Where the walk back from lost quorum stands. */
  recovery(p: { cluster: ResolvedCluster }, c: RunContext): Promise<Recovery>;
  recover(
    p: Recorded & { cluster: ResolvedCluster; step: string; answers: Record<string, string> },
    c: RunContext,
  ): Promise<Recovery>;
  /** What *Add Cluster* offers for a field that is picked from a list. */
  setupOptions(
    p: { cluster: ResolvedCluster; field: string },
    c: RunContext,
  ): Promise<SetupOption[]>;
}

/** These operations, at a place. */
export function createClusterOperations({ options, record }: Place): ClusterOperations {
  return {
    status: ({ cluster }, context) =>
      withParts(cluster, options, context.log, (parts) => parts.adapter.status(context)),

    contents: ({ cluster }, context) =>
      withParts(
        cluster,
        options,
        context.log,
        async ({ adapter }) => (await adapter.contents?.(context)) ?? [],
      ),

    liveText: ({ cluster, id }, context) =>
      withParts(cluster, options, context.log, async ({ adapter }) =>
        adapter.liveText?.(id, context),
      ),

    async resume({ activityId, cluster }, context) {
      const left = await withParts(cluster, options, context.log, ({ adapter }) =>
        Promise.resolve(adapter.interrupted?.() ?? []),
      );
      if (left.length === 0) return [];
      return record(
        { kind: 'resume', id: activityId, cluster: cluster.connected.name },
        cluster,
        context,
        (c) => withParts(cluster, options, c.log, (parts) => resumeInterrupted(parts, c)),
      );
    },

    recovery: ({ cluster }, context) =>
      withParts(cluster, options, context.log, ({ adapter, definition }) => {
        if (adapter.recovery === undefined) throw noRecovery(definition.title);
        return adapter.recovery(context);
      }),

    recover: ({ activityId, cluster, step, answers }, context) =>
      record(
        { kind: 'recover', id: activityId, cluster: cluster.connected.name, subject: step },
        cluster,
        context,
        (c) =>
          withParts(cluster, options, c.log, async ({ adapter, definition, vault, name }) => {
            if (adapter.recover === undefined) throw noRecovery(definition.title);
            // No backup and no restore of the same cluster meanwhile.
            const lock = await vault.lock(name, 'recover');
            try {
              const signal = AbortSignal.any([c.signal, lock.signal]);
              return await adapter.recover(step, answers, { ...c, signal });
            } finally {
              await lock.release();
            }
          }),
      ),

    setupOptions: ({ cluster, field }, context) =>
      withParts(
        cluster,
        options,
        context.log,
        async ({ adapter }) => (await adapter.setupOptions?.(field, context)) ?? [],
      ),
  };
}

function noRecovery(title: string): Error {
  return coreErrors.unsupported({ message: `${title} has no guided recovery.` });
}
