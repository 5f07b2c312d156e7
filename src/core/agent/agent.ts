import pLimit from 'p-limit';
import { toErrorInfo } from '../errors';
import { CheckLane } from './checkLane';
import { ClusterRun } from './clusterRun';
import type { Stops } from './clusterRun';
import type { Failure } from './noticeBook';
import type { Agent, AgentCluster, AgentEvent, AgentParts, AgentState } from './ports';
import { failureOf } from './pruneRun';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** What is due so soon (ms) belongs to this run of what runs once: a turn is never taken any sooner. */
const REST = 1_000;

export interface AgentOptions {
  /** Clusters that are backed up or pruned at the same time. Default: 4. */
  slots?: number;
  /** How long (ms) what runs may take to end when the agent is stopped. Default: a minute. */
  stopLimit?: number;
  /** How long (ms) a backup or a prune may go on without a sign of progress. Default: 15 minutes. */
  silenceLimit?: number;
}

/**
 * The agent: one loop for all clusters. It sleeps until something is due, and each time that it wakes looks at all that
 * there is anew, so that neither a machine's sleep nor a clock that was set can stop it.
 */
export function createAgent(parts: AgentParts, options: AgentOptions = {}): Agent {
  return new Loop(parts, options);
}

class Loop implements Agent {
  private readonly started: number;
  private readonly slots;
  private readonly stopLimit: number;
  private readonly silenceLimit: number;
  private readonly checks: CheckLane;
  private isOnce = false;
  private readonly runs = new Map<string, ClusterRun>();
  /** What goes on and has to be awaited in the end. */
  private readonly active = new Set<Promise<void>>();
  private readonly notices = new Set<Promise<void>>();
  private lastTurn: number | undefined;
  private error: Failure | undefined;
  private nap: AbortController | undefined;
  /** Something ended while the loop was not asleep, or woke it up. */
  private isPoked = false;
  private isAsked = true;

  constructor(
    private readonly parts: AgentParts,
    { slots = 4, stopLimit = MINUTE, silenceLimit = 15 * MINUTE }: AgentOptions,
  ) {
    this.started = this.now();
    this.slots = pLimit(slots);
    this.stopLimit = stopLimit;
    this.silenceLimit = silenceLimit;
    this.checks = new CheckLane(parts);
  }

  run(signal: AbortSignal): Promise<void> {
    return this.loop(signal, () => false);
  }

  runOnce(signal: AbortSignal): Promise<void> {
    this.isOnce = true;
    this.checks.isOnce = true;
    return this.loop(signal, () => this.active.size === 0 && this.wakeAt() > this.now() + REST);
  }

  private async loop(signal: AbortSignal, isDone: () => boolean): Promise<void> {
    const hard = new AbortController();
    const onStop = () => this.poke();
    signal.addEventListener('abort', onStop);
    try {
      await this.tidy(signal);
      while (!signal.aborted) {
        await this.turn({ soft: signal, hard: hard.signal });
        if (isDone()) break;
        await this.sleep(signal);
      }
      await this.drain(hard);
    } finally {
      signal.removeEventListener('abort', onStop);
    }
  }

  state(): AgentState {
    const { current } = this.checks;
    return {
      started: this.started,
      ...(this.lastTurn === undefined ? {} : { lastTurn: this.lastTurn }),
      clusters: [...this.runs.values()].map((run) =>
        run.state(current?.key === run.cluster.key ? { since: current.since } : undefined),
      ),
      ...(this.error === undefined ? {} : { error: this.error }),
    };
  }

  wake(): void {
    this.isAsked = true;
    this.poke();
  }

  private async tidy(signal: AbortSignal): Promise<void> {
    try {
      await this.parts.work.tidy(signal);
    } catch (error) {
      if (!signal.aborted) this.parts.log.warn(`Cleaning up: ${toErrorInfo(error).message}`);
    }
  }

  private async turn(stops: Stops): Promise<void> {
    // What ended in the meantime concerns its own cluster only; every other reason to wake up concerns all.
    const all = this.isAsked;
    this.isAsked = false;
    this.isPoked = false;
    if (all) await this.readClusters();
    this.lastTurn = this.now();
    for (const run of this.runs.values()) {
      if (run.isBusy) run.watch();
      else if (all || run.wakeAt <= this.lastTurn) this.follow(run.turn(stops));
    }
    const check = this.checks.start([...this.runs.values()], stops.soft);
    if (check !== undefined) this.follow(check);
  }

  /** One that can't be read leaves everything as it was. */
  private async readClusters(): Promise<void> {
    let clusters: AgentCluster[];
    try {
      clusters = await this.parts.work.clusters();
    } catch (thrown) {
      const error = failureOf(thrown);
      if (error.message !== this.error?.message) {
        this.parts.log.error(`The configuration can't be read: ${error.message} [${error.code}]`);
      }
      this.error = error;
      return;
    }
    if (this.error !== undefined) this.parts.log.info('The configuration can be read again.');
    this.error = undefined;
    const keys = new Set(clusters.map(({ key }) => key));
    for (const [key, run] of this.runs) {
      // What goes on for one that was taken out comes to its end first.
      if (!keys.has(key) && !run.isBusy && this.checks.current?.key !== key) this.runs.delete(key);
    }
    for (const cluster of clusters) {
      const known = this.runs.get(cluster.key);
      if (known !== undefined) known.cluster = cluster;
      else this.runs.set(cluster.key, this.runOf(cluster));
    }
  }

  private runOf(cluster: AgentCluster): ClusterRun {
    const slots = <T>(work: () => Promise<T>) => this.slots(work);
    return new ClusterRun(cluster, this.parts, {
      slots,
      tell: (to, event) => this.tell(to, event),
      isOnce: this.isOnce,
      silenceLimit: this.silenceLimit,
    });
  }

  /** Nothing waits for notices, but the end. */
  private tell(cluster: AgentCluster, event: AgentEvent): void {
    const { tells, log } = this.parts;
    log.info(event.text);
    const told = tells
      .notice(cluster, event)
      .catch((error: unknown) => log.warn(`A notice failed: ${toErrorInfo(error).message}`))
      .finally(() => this.notices.delete(told));
    this.notices.add(told);
  }

  private follow(work: Promise<void>): void {
    const followed = work.finally(() => {
      this.active.delete(followed);
      this.poke();
    });
    this.active.add(followed);
  }

  private poke(): void {
    this.isPoked = true;
    this.nap?.abort();
  }

  private async sleep(signal: AbortSignal): Promise<void> {
    if (this.isPoked || signal.aborted) return;
    const nap = new AbortController();
    this.nap = nap;
    await this.parts.clock.sleepUntil(new Date(this.wakeAt()), nap.signal);
    this.nap = undefined;
    if (!nap.signal.aborted) this.isAsked = true;
  }

  private wakeAt(): number {
    const now = this.now();
    const runs = [...this.runs.values()];
    const idle = runs.filter(({ isBusy }) => !isBusy);
    return Math.min(
      now + (this.error === undefined ? DAY : MINUTE),
      ...idle.map((run) => run.wakeAt),
      ...runs.filter(({ isBusy }) => isBusy).map((run) => run.watchAt()),
      this.checks.wakeAt(idle),
    );
  }

  /** Waits for what was told to stop, for as long as is allowed. */
  private async drain(hard: AbortController): Promise<void> {
    const { clock, log } = this.parts;
    const ended = new AbortController();
    const rest = Promise.allSettled([...this.active]).then(() =>
      Promise.allSettled([...this.notices]),
    );
    const whenEnded = rest.then(() => ended.abort());
    const until = this.now() + this.stopLimit;
    // The clock may wake up early; how often is bounded, as it may also be set.
    for (let times = 0; times < 100 && !ended.signal.aborted && this.now() < until; times += 1) {
      await Promise.race([whenEnded, clock.sleepUntil(new Date(until), ended.signal)]);
    }
    hard.abort();
    if (!ended.signal.aborted) log.warn('What ran did not end in time, and is left behind.');
  }

  private now(): number {
    return this.parts.clock.now().getTime();
  }
}
