import { createAgent } from '../../../../src/core/agent/agent';
import type { AgentOptions } from '../../../../src/core/agent/agent';
import type {
  Agent,
  AgentCluster,
  AgentClusterState,
  AgentEvent,
  AgentWork,
} from '../../../../src/core/agent/ports';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { ClusterBackupError } from '../../../../src/core/errors';
import type { ErrorCategory } from '../../../../src/core/errors';
import type { PolicyBackup } from '../../../../src/core/policy/policyBackup';
import { FakeClock } from '../../../support/fakeClock';

export const HOUR = 3_600_000;
const PIECE = HOUR / 6;
export const HOURLY: PolicyConfig = { schedules: [{ interval: '1h', count: 24 }] };

export const failure = (code: string, category: ErrorCategory = 'failed') =>
  new ClusterBackupError({ code, category, message: `It is ${code}.`, next: 'Mend it.' });

export const madeAt = (created: string | number | Date, more: Partial<PolicyBackup> = {}) => {
  const time = new Date(created).getTime();
  const backup: PolicyBackup = {
    id: new Date(time).toISOString(),
    created: time,
    scheduled: true,
    pinned: false,
    check: 'ok',
    checked: time,
    missing: false,
    bytes: 10,
    alike: '',
    ...more,
  };
  return backup;
};

/** An agent over clusters in memory, under a clock of its own. What happens is written down in `story`. */
export class FakeWorld {
  readonly clock: FakeClock;
  readonly clusters: AgentCluster[] = [];
  readonly backups = new Map<string, PolicyBackup[]>();
  readonly story: string[] = [];
  readonly notices: AgentEvent[] = [];
  readonly hooks: AgentEvent[] = [];
  readonly work: AgentWork;
  /** Planned moments for which a backup was made, in order. */
  readonly moments: string[] = [];
  /** How long (ms) a backup takes, a check, and a hook before a backup. */
  takes = 0;
  checkTakes = 0;
  hookTakes = 0;
  afterHook: (signal: AbortSignal) => void = () => undefined;
  /** Thrown by the next runs of each kind, one after the other. */
  readonly fails: Record<'backUp' | 'prune' | 'check' | 'before', Error[]> = {
    backUp: [],
    prune: [],
    check: [],
    before: [],
  };
  failsAlways: Error | undefined;
  readonly damaged = new Set<string>();
  /** Notices arrive once this is over. */
  noticesTake: Promise<void> = Promise.resolve();
  agent: Agent;
  stop = new AbortController();
  ended: Promise<void> = Promise.resolve();

  constructor(
    start: string,
    private readonly options: AgentOptions = {},
  ) {
    this.clock = new FakeClock(start);
    this.work = this.createWork();
    this.agent = this.create();
  }

  add(name: string, policy: PolicyConfig = HOURLY, backups: PolicyBackup[] = []): void {
    this.clusters.push({ key: `vault/${name}`, name, policy });
    this.backups.set(name, backups);
  }

  async start(): Promise<void> {
    this.stop = new AbortController();
    this.agent = this.create();
    this.ended = this.agent.run(this.stop.signal);
    await this.clock.settle();
  }

  async once(): Promise<void> {
    this.stop = new AbortController();
    this.agent = this.create();
    this.ended = this.agent.runOnce(this.stop.signal);
    await this.clock.settle();
  }

  halt(): void {
    this.stop.abort();
  }

  state(name = this.clusters[0]?.name): AgentClusterState {
    const found = this.agent.state().clusters.find((cluster) => cluster.name === name);
    if (found === undefined) throw new Error(`There is no ${name ?? ''}.`);
    return found;
  }

  of(name = this.clusters[0]?.name ?? ''): PolicyBackup[] {
    return this.backups.get(name) ?? [];
  }

  /** When backups were begun: `11-22T10:00:00`. */
  made(name?: string): string[] {
    return this.of(name).map(({ id }) => id.slice(5, 19));
  }

  tell(line: string): void {
    this.story.push(`${this.clock.now().toISOString().slice(11, 19)} ${line}`);
  }

  private create(): Agent {
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    return createAgent(
      {
        work: this.work,
        clock: this.clock,
        log,
        random: () => 0,
        tells: {
          before: async (_, event, signal) => {
            this.hooks.push(event);
            this.tell(`before ${event.cluster}`);
            if (this.hookTakes > 0) await this.clock.wait(this.hookTakes, signal);
            return this.throwNext('before');
          },
          after: (_, event, signal) => {
            this.afterHook(signal);
            this.hooks.push(event);
            this.tell(`after ${event.cluster}: ${event.kind}`);
            return Promise.resolve();
          },
          notice: (_, event) => {
            this.notices.push(event);
            return this.noticesTake;
          },
        },
      },
      this.options,
    );
  }

  private async throwNext(kind: keyof FakeWorld['fails']): Promise<void> {
    const error = this.fails[kind].shift();
    if (error !== undefined) throw error;
    return Promise.resolve();
  }

  /** Takes its time, and shows that it goes on. */
  private async going(
    takes: number,
    signal: AbortSignal,
    heard: (() => void) | undefined,
  ): Promise<void> {
    for (let left = takes; left > 0; left -= PIECE) {
      await this.clock.wait(Math.min(left, PIECE), signal);
      heard?.();
    }
  }

  private createWork(): AgentWork {
    return {
      clusters: () => Promise.resolve([...this.clusters]),
      backups: ({ name }) => Promise.resolve([...this.of(name)]),
      backUp: async ({ name }, { since, before, heard }, signal) => {
        const created = this.clock.now().getTime();
        this.tell(`backup ${name}`);
        if (this.failsAlways !== undefined) throw this.failsAlways;
        await this.throwNext('backUp');
        await before();
        await this.going(this.takes, signal, heard);
        if (signal.aborted) throw failure('core.cancelled', 'cancelled');
        const backup = madeAt(created);
        this.backups.set(name, [...this.of(name), backup]);
        this.moments.push(since.toISOString());
        this.tell(`made ${name}`);
        return { id: backup.id };
      },
      prune: async ({ name }) => {
        this.tell(`prune ${name}`);
        await this.throwNext('prune');
        return { removed: [], frees: 0 };
      },
      check: async ({ name }, id, signal, heard) => {
        this.tell(`check ${name}`);
        await this.throwNext('check');
        await this.going(this.checkTakes, signal, heard);
        const at = this.clock.now();
        const result = this.damaged.has(id) ? ('damaged' as const) : ('ok' as const);
        const checked = this.of(name).map((b) =>
          b.id === id ? { ...b, check: result, checked: at.getTime() } : b,
        );
        this.backups.set(name, checked);
        return { result, at: at.toISOString(), by: '1.0.0' };
      },
      tidy: () => {
        this.tell('tidy');
        return Promise.resolve();
      },
    };
  }
}
