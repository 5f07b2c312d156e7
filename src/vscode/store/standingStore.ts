import * as vscode from 'vscode';
import type { Activity } from '../../core/operations/activity';
import { policyBackup } from '../../core/policy/policyBackup';
import type { PolicyBackup } from '../../core/policy/policyBackup';
import { policyKey } from '../../core/policy/policyKey';
import { standingOf } from '../../core/policy/standing';
import type { LastRun, Standing } from '../../core/policy/standing';
import { decide } from '../../core/retention/decide';
import type { RetentionDecision } from '../../core/retention/decide';
import { clusterState, hasFailed } from '../clusterState';
import type { ClusterState } from '../clusterState';
import { prunesOnPlatform } from '../prunes';
import type { ClusterEntry, ClusterStore } from './clusterStore';
import type { HostedPolicyBackups } from './hostedPolicyBackups';
import type { ScheduledRuns } from './scheduledRuns';

/** A backup is missed without any file that changes: how often the clock is looked at. */
const TICK_MS = 60_000;

/** What was worked out of a cluster, and of what: the same facts are not thought over twice a minute. */
interface Known {
  backups: readonly PolicyBackup[];
  facts: readonly unknown[];
  standing: Standing;
  decisions?: ReadonlyMap<string, RetentionDecision>;
}

/** How the backups of each cluster stand under its policy, by now. */
export class StandingStore implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ClusterEntry | undefined>();
  /** Fires with the entry whose state is another one; undefined: clusters came or went. */
  readonly onDidChange = this.#changed.event;
  readonly #known = new WeakMap<ClusterEntry, Known>();
  /** By the cluster's key: what was told last. */
  readonly #told = new Map<string, string>();
  readonly #timer: NodeJS.Timeout;
  readonly #subscriptions: vscode.Disposable;

  constructor(
    private readonly store: Pick<ClusterStore, 'entries' | 'onDidChange'>,
    private readonly runs: Pick<ScheduledRuns, 'of' | 'isRunning' | 'onDidChange'>,
    private readonly hosted: Pick<HostedPolicyBackups, 'of' | 'onDidChange'>,
    private readonly now: () => Date = () => new Date(),
  ) {
    this.#subscriptions = vscode.Disposable.from(
      store.onDidChange((entry) => (entry === undefined ? this.#reset() : this.#look(entry))),
      runs.onDidChange(() => this.tick()),
      hosted.onDidChange((entry) => this.#look(entry)),
    );
    this.#timer = setInterval(() => this.tick(), TICK_MS);
    this.#timer.unref();
  }

  /** How a cluster stands. */
  of(entry: ClusterEntry): ClusterState {
    return clusterState(entry, this.#knownOf(entry)?.standing);
  }

  /** What the policy says of a backup in the vault now; undefined where there is none, or it says nothing of it. */
  decisionOf(entry: ClusterEntry, id: string): RetentionDecision | undefined {
    const { policy } = entry.config;
    if (policy === undefined || prunesOnPlatform(entry)) return undefined;
    const known = this.#knownOf(entry);
    if (known === undefined) return undefined;
    known.decisions ??= new Map(
      decide(policy, known.backups, this.now()).decisions.map((one) => [one.id, one]),
    );
    return known.decisions.get(id);
  }

  /** Looks at the clock: tells of every cluster that stands differently by now. */
  tick(): void {
    for (const entry of this.store.entries) this.#look(entry);
  }

  #reset(): void {
    this.#told.clear();
    for (const entry of this.store.entries) this.#told.set(entry.key, this.#text(entry));
    this.#changed.fire(undefined);
  }

  #look(entry: ClusterEntry): void {
    // Asked before the configuration was read anew: another entry stands in its place.
    if (!this.store.entries.includes(entry)) return;
    const text = this.#text(entry);
    if (this.#told.get(entry.key) === text) return;
    this.#told.set(entry.key, text);
    this.#changed.fire(entry);
  }

  #text(entry: ClusterEntry): string {
    return JSON.stringify(this.of(entry));
  }

  #knownOf(entry: ClusterEntry): Known | undefined {
    const { policy, vault, name } = entry.config;
    const isHosted = prunesOnPlatform(entry);
    const lies = entry.listed === true && entry.vaultError === undefined;
    const source = isHosted ? this.hosted.of(entry) : lies ? entry.backups : undefined;
    if (source === undefined) return undefined;
    const now = this.now();
    const run = this.#lastRun(entry);
    const running = this.runs.isRunning(name);
    const facts = [source, policy, Math.floor(now.getTime() / TICK_MS), run?.id, running];
    let known = this.#known.get(entry);
    if (known?.facts.every((fact, at) => fact === facts[at]) !== true) {
      const backups = isHosted ? (this.hosted.of(entry) ?? []) : entry.backups.map(policyBackup);
      const last = toLastRun(run, running, backups);
      const standing = standingOf(policy, policyKey({ vault, name }), backups, now, last);
      known = { backups, facts, standing };
      this.#known.set(entry, known);
    }
    return known;
  }

  #lastRun({ config }: ClusterEntry): Activity | undefined {
    return config.policy === undefined ? undefined : this.runs.of(config.name);
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}

/** A failure counts until a good backup was made after it, by whomever. */
function toLastRun(
  run: Activity | undefined,
  running: boolean,
  backups: readonly PolicyBackup[],
): LastRun {
  if (run === undefined || !hasFailed(run)) return { running };
  const since = Date.parse(run.started);
  if (backups.some(({ created, check }) => created > since && check === 'ok')) return { running };
  return { running, failure: run.error ?? CUT_OFF };
}

const CUT_OFF = {
  code: 'interrupted',
  message: 'It was cut off: the process that ran it ended without saying so.',
  next: 'The next run makes up for it.',
};
