import type { PolicyConfig } from '../config/policy';
import type { PolicyBackup } from './policyBackup';

/** Something that a person should see about a cluster's backups. */
export interface StandingLine {
  severity: 'warning' | 'bad';
  /** Stable: `noBackup`, `missed`, `damaged`, `missing`, `checkOverdue`, `unverified`, `pruneStopped`, `failed`. */
  code: string;
  text: string;
  next: string;
  /** The backup that it is about. */
  id?: string;
}

/** How the backups of a cluster stand: what tree, status bar, metrics and notices tell. */
export interface Standing {
  /** `none`: nothing is asked for (no policy), so nothing can be missed. */
  state: 'good' | 'warning' | 'bad' | 'none';
  /** Worst first. */
  lines: StandingLine[];
  /** Of the newest one that was verified and lies there: milliseconds since 1970. */
  newest?: number;
  /** When the next one is planned. */
  next?: number;
}

/**
 * How backups stand under a policy.
 *
 * @param key as in `dueOf`
 */
export function standingOf(
  _policy: PolicyConfig | undefined,
  _key: string,
  _backups: readonly PolicyBackup[],
  _now: Date,
): Standing {
  throw new Error('Not there yet.');
}
