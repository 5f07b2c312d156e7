import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ActivityFault } from './contract';
import { makeActivity, moment } from './make';
import type { Activity, ProjectState } from './model';

/** What an activity is about, and what it does when it has succeeded. */
export interface Work {
  state: ProjectState;
  type: string;
  /** Of the environments it works on; while it does, nothing else does. */
  environments: string[];
  text: string;
  payload?: Record<string, unknown>;
  parameters?: Record<string, unknown>;
  /** What its log says on the way. */
  log: string[];
  /** Holds its environments meanwhile. Default: yes. */
  deploys?: boolean;
  done: () => void;
  failed?: () => void;
}

const STEPS = [0, 10, 40, 70, 95, 100];

/** Lets activities go on by themselves, step by step, as a platform does. */
export class Activities {
  /** But for those that never end. */
  readonly #running = new Set<Promise<void>>();
  readonly #busy = new Set<string>();
  readonly #stopped = new AbortController();
  #held: { passed: Promise<void>; open: () => void } | undefined;
  #fault: { fault: ActivityFault; type: string | undefined; left: number } | undefined;

  /** @param step milliseconds between two steps */
  constructor(private readonly step: number) {}

  spoil(fault: ActivityFault | undefined, rule: { type?: string; times?: number } = {}): void {
    const { type, times = Infinity } = rule;
    this.#fault = fault === undefined ? undefined : { fault, type, left: times };
  }

  hold(wanted: boolean): void {
    this.#held?.open();
    this.#held = undefined;
    if (!wanted) return;
    let open: () => void = () => undefined;
    const passed = new Promise<void>((resolve) => (open = resolve));
    this.#held = { passed, open };
  }

  /** Whether something works on that environment now. */
  isBusy(state: ProjectState, environment: string): boolean {
    return this.#busy.has(key(state, environment));
  }

  begin(work: Work): Activity {
    const { state, type, environments, text, payload = {}, parameters = {} } = work;
    const activity = makeActivity({
      type,
      project: state.project.id,
      environments,
      text,
      description: text.replace(/^\w+/, '<user>$&</user>'),
      payload,
      parameters,
    });
    state.activities.push(activity);
    state.logs.set(activity.id, []);
    const held = work.deploys === false ? [] : environments.map((id) => key(state, id));
    for (const one of held) this.#busy.add(one);
    const fault = this.#faultFor(type);
    const run = this.#run(work, activity, fault)
      .catch((error: unknown) => {
        if (!this.#stopped.signal.aborted) throw error;
      })
      .finally(() => {
        for (const one of held) this.#busy.delete(one);
      });
    if (fault?.kind !== 'stuck') {
      this.#running.add(run);
      void run.finally(() => this.#running.delete(run));
    }
    return activity;
  }

  /** Ends one that goes on. */
  cancel(activity: Activity): void {
    activity.state = 'cancelled';
    activity.cancelled_at = activity.updated_at = moment();
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.hold(false);
    await this.idle();
  }

  #faultFor(type: string): ActivityFault | undefined {
    const rule = this.#fault;
    if (rule === undefined || rule.left <= 0) return undefined;
    if (rule.type !== undefined && rule.type !== type) return undefined;
    rule.left--;
    return rule.fault;
  }

  async #run(work: Work, activity: Activity, fault: ActivityFault | undefined): Promise<void> {
    const { signal } = this.#stopped;
    const log = [...work.log];
    for (const percent of STEPS.slice(1)) {
      await delay(this.step, undefined, { signal });
      await this.#held?.passed;
      signal.throwIfAborted();
      if (isOver(activity)) break;
      if (fault?.kind === 'stuck' && percent > fault.percent) {
        while (!isOver(activity)) await delay(this.step, undefined, { signal });
        break;
      }
      if (fault?.kind === 'cancelled' && percent > 50) this.cancel(activity);
      else this.#advance(work, activity, percent, fault, log);
    }
    if (activity.state === 'cancelled') {
      this.#say(work.state, activity, 'The activity was cancelled.');
      work.failed?.();
    }
  }

  #advance(
    work: Work,
    activity: Activity,
    percent: number,
    fault: ActivityFault | undefined,
    log: string[],
  ): void {
    const { state } = work;
    const now = moment();
    activity.updated_at = now;
    activity.started_at ??= now;
    if (percent < 100) {
      activity.state = 'in_progress';
      activity.completion_percent = percent;
      const message = log.shift();
      if (message !== undefined) this.#say(state, activity, message);
      return;
    }
    for (const message of log) this.#say(state, activity, message);
    const fails = fault?.kind === 'fails' ? fault : undefined;
    if (fails === undefined) work.done();
    else work.failed?.();
    this.#say(state, activity, fails === undefined ? 'Done' : (fails.log ?? 'E: It failed.'));
    activity.result = fails === undefined ? 'success' : 'failure';
    activity.failure_reason = fails === undefined ? null : (fails.reason ?? null);
    activity.timings = { wait: 0.1, execute: 1.5 };
    activity.completed_at = moment();
    activity.completion_percent = 100;
    activity.state = 'complete';
  }

  #say(state: ProjectState, activity: Activity, message: string): void {
    const data = { timestamp: moment(), message: `${message}\n` };
    state.logs.get(activity.id)?.push({ _id: randomUUID(), data });
  }
}

export function isOver({ state, completion_percent }: Activity): boolean {
  return state === 'cancelled' || state === 'complete' || completion_percent >= 100;
}

const key = (state: ProjectState, environment: string): string =>
  `${state.project.id} ${environment}`;
