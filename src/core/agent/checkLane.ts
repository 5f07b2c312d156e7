import { nextCheck, nextCheckAt } from '../schedule/checks';
import type { PolicyBackup } from '../policy/policyBackup';
import { Pause, firstPause, pauseAfter } from './backOff';
import type { ClusterRun } from './clusterRun';
import type { AgentParts } from './ports';
import { failureOf } from './pruneRun';

interface Picked {
  run: ClusterRun;
  backup: PolicyBackup;
}

/** A backup that could not be checked, or that somebody else is at. */
interface Deferred {
  pause: Pause;
  failures: number;
}

/** The checks of all clusters, one at a time: the oldest first, and never while the cluster's backup is made. */
export class CheckLane {
  /** What is checked now. */
  current: { key: string; since: number } | undefined;
  /** Each backup is checked once at most, however short a time its checks are apart. */
  isOnce = false;
  private readonly begun = new Set<string>();
  private readonly deferred = new Map<string, Deferred>();

  constructor(private readonly parts: AgentParts) {}

  /** Begins the next one where none goes on; undefined where there is nothing to do. The promise never rejects. */
  start(runs: readonly ClusterRun[], signal: AbortSignal): Promise<void> | undefined {
    if (this.current !== undefined || signal.aborted) return undefined;
    this.forgetOld(runs);
    const next = this.pick(runs);
    if (next === undefined) return undefined;
    this.current = { key: next.run.cluster.key, since: this.now() };
    return this.check(next, signal).finally(() => {
      this.current = undefined;
    });
  }

  /** When the next one is due: milliseconds since 1970. */
  wakeAt(runs: readonly ClusterRun[]): number {
    if (this.current !== undefined) return Infinity;
    const now = this.now();
    const ends = [...this.deferred.values()].map(({ pause }) => pause.until);
    const times = runs.map((run) => {
      const { verify } = run.cluster.policy;
      return verify === undefined ? Infinity : nextCheckAt(verify, this.open(run), new Date(now));
    });
    return Math.min(...times, ...ends.filter((end) => end > now));
  }

  private pick(runs: readonly ClusterRun[]): Picked | undefined {
    const now = new Date(this.now());
    let oldest: Picked | undefined;
    for (const run of runs) {
      const { verify } = run.cluster.policy;
      if (verify === undefined || run.isBusy) continue;
      const backup = nextCheck(verify, this.open(run), now);
      if (backup === undefined) continue;
      if (oldest === undefined || checkOf(backup) < checkOf(oldest.backup))
        oldest = { run, backup };
    }
    return oldest;
  }

  private async check({ run, backup: { id } }: Picked, signal: AbortSignal): Promise<void> {
    const name = nameOf(run, id);
    if (this.isOnce) this.begun.add(name);
    const deferred = this.deferred.get(name) ?? { pause: new Pause(), failures: 0 };
    try {
      const what = `The check of ${id} of "${run.cluster.name}"`;
      const found = await run.checkSilence.within(what, signal, ({ signal: own, heard }) =>
        this.parts.work.check(run.cluster, id, own, heard),
      );
      this.deferred.delete(name);
      if (found !== undefined) {
        run.checked(id, found);
        run.notices.checked(id);
        return;
      }
      // Somebody else was at it, or it has gone: the next look shows which.
      run.wakeAt = this.now();
      deferred.pause.begin(this.now(), firstPause(Infinity));
    } catch (thrown) {
      if (signal.aborted) return;
      const error = failureOf(thrown);
      const isLocked = error.code === 'vault.locked';
      if (!isLocked) {
        this.parts.log.warn(`${run.cluster.name}: ${id}: ${error.message} [${error.code}]`);
        deferred.failures += 1;
        run.notices.checkFailed(id, error);
      }
      const length = isLocked
        ? firstPause(Infinity)
        : pauseAfter(deferred.failures, Infinity, this.parts.random());
      deferred.pause.begin(this.now(), length);
    }
    this.deferred.set(name, deferred);
  }

  /** Those that are not put off. */
  private open(run: ClusterRun): PolicyBackup[] {
    const now = this.now();
    return run.backups.filter(({ id }) => {
      const name = nameOf(run, id);
      return !this.begun.has(name) && this.deferred.get(name)?.pause.isOver(now) !== false;
    });
  }

  private forgetOld(runs: readonly ClusterRun[]): void {
    if (this.deferred.size === 0) return;
    const there = new Set(runs.flatMap((run) => run.backups.map(({ id }) => nameOf(run, id))));
    for (const name of this.deferred.keys()) if (!there.has(name)) this.deferred.delete(name);
  }

  private now(): number {
    return this.parts.clock.now().getTime();
  }
}

const checkOf = ({ checked }: PolicyBackup) => checked ?? -Infinity;
const nameOf = ({ cluster }: ClusterRun, id: string) => `${cluster.key}\n${id}`;
