import type { HostedBackup } from '../core/model';
import { decideHosted } from '../core/policy/hostedDecisions';
import type { RetentionDecision } from '../core/retention/decide';
import { prunes, prunesOnPlatform } from './prunes';
import type { ClusterEntry } from './store/clusterStore';
import type { Hosted } from './store/hostedStore';

/** An answer of the platform that is older tells nothing any more of what goes next. */
const FRESH_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

type Listed = Pick<Hosted, 'answered' | 'backups' | 'error'>;

interface Known {
  facts: readonly unknown[];
  byId: ReadonlyMap<string, RetentionDecision>;
}

/**
 * What policies say of the backups on platforms' own side, as a prune would: worked out once a list, not once a row.
 */
export class HostedDecisions {
  readonly #known = new WeakMap<readonly HostedBackup[], Known>();

  /**
   * What the policy says of one of them now. Undefined where it says nothing of those there, where the platform lets
   * them go by itself or lets nobody delete them, and where the list may not be what lies there any more.
   */
  of(
    { definition, config }: Pick<ClusterEntry, 'definition' | 'config'>,
    { answered, backups, error }: Listed,
    id: string,
    now: Date,
  ): RetentionDecision | undefined {
    const { policy } = config;
    if (policy === undefined || !prunesOnPlatform({ definition, config })) return undefined;
    if (!prunes({ definition, config })) return undefined;
    if (backups === undefined || error !== undefined || answered === undefined) return undefined;
    if (Math.abs(now.getTime() - answered) > FRESH_MS) return undefined;
    const facts = [policy, definition, Math.floor(now.getTime() / MINUTE_MS)];
    let known = this.#known.get(backups);
    if (known?.facts.every((fact, at) => fact === facts[at]) !== true) {
      const { decisions } = decideHosted(definition, policy, backups, now);
      known = { facts, byId: new Map(decisions.map((one) => [one.id, one])) };
      this.#known.set(backups, known);
    }
    return known.byId.get(id);
  }
}
