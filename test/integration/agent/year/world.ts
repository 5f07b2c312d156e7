import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentCluster, AgentWork } from '../../../../src/core/agent/ports';
import type { PolicyConfig } from '../../../../src/core/config/policy';
import { prune } from '../../../../src/core/operations/prune';
import { scheduledBackup } from '../../../../src/core/operations/scheduledBackup';
import { scheduledCheck } from '../../../../src/core/operations/scheduledCheck';
import { verifyBackup } from '../../../../src/core/operations/verify';
import { policyBackup } from '../../../../src/core/policy/policyBackup';
import type { Backup } from '../../../../src/core/model';
import type { RunContext } from '../../../../src/core/ports';
import { dueOf } from '../../../../src/core/schedule/planned';
import { openFolderVault, type FolderVault } from '../../../../src/vaults/folder/folderVault';
import { CLUSTER, clusterParts, type ClusterNow } from './cluster';
import type { Dice } from './dice';
import { Disk } from './disk';
import { Machine } from './machine';
import { iso, Model } from './model';
import type { Remembered } from './sentences';
import { leaveAsDead, type Death } from './wreck';

/** Steps of a new backup after which its file lies there, and its manifest does not yet. */
const HALF_DONE = ['commit:renamed', 'manifest:rename'];
const NORMAL_SIZE = 400;
const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** What a step is part of, for the model to know what a crash there leaves. */
type Doing =
  | { kind: 'backup'; created: number }
  | { kind: 'prune'; left: Remembered[]; at?: Remembered | undefined }
  | { kind: 'check'; backup: Remembered };

/** A vault on the disk, a cluster, the people and the accidents around an agent; and the model that looks on. */
export class World {
  readonly machine: Machine;
  readonly disk: Disk;
  readonly model: Model;
  /** What happened, for a failure's report. */
  readonly story: string[] = [];
  /** Where the agent did what the model did not allow. */
  broken: Error | undefined;
  reachable = true;
  size = NORMAL_SIZE;
  /** The living agent's number; undefined while none runs. */
  agent: number | undefined;
  /** Work that the agent has begun, that has ended, and that stands still since the agent died. */
  work = { begun: 0, ended: 0, frozen: 0 };
  private agents = 0;
  private readonly doing = new AsyncLocalStorage<Doing>();
  private readonly cluster: AgentCluster;

  constructor(
    readonly folder: string,
    readonly policy: PolicyConfig,
    readonly dice: Dice,
    start: number,
    private readonly crashed: () => void,
  ) {
    this.machine = new Machine(start);
    // The jitter must not hang on where the test's folder lies.
    this.cluster = { key: CLUSTER, name: CLUSTER, policy };
    this.disk = new Disk(
      dice,
      (step) => this.dies(step),
      (step) => this.passed(step),
      () => (this.work.frozen += 1),
    );
    this.model = new Model({
      policy,
      real: () => this.machine.real,
      now: () => this.machine.now(),
      isWell: () => this.isWell(),
      jitterOf: (moment) => this.jitterOf(moment),
    });
  }

  isWell(): boolean {
    return this.agent !== undefined && this.machine.isAwake && this.reachable && !this.disk.isFull;
  }

  tell(what: string): void {
    const off = this.machine.offset === 0 ? '' : ` (its clock: ${iso(this.machine.now())})`;
    this.story.push(`${iso(this.machine.real)}${off} ${what}`);
  }

  /** A new process of the agent, with nothing of the last one but what lies on the disk. */
  newAgent(): { number: number; isAlive: () => boolean; work: AgentWork } {
    const number = ++this.agents;
    this.agent = number;
    this.work = { begun: 0, ended: 0, frozen: 0 };
    const isAlive = () => this.agent === number;
    return { number, isAlive, work: this.workOf(isAlive) };
  }

  /** The agent's process ends between two steps. */
  kill(why: string): void {
    const { agent } = this;
    if (agent === undefined) return;
    this.agent = undefined;
    this.machine.bury(agent);
    this.tell(`the agent died ${why}`);
    this.model.disturbed();
    this.crashed();
  }

  /** What is left of a dead agent becomes what a dead process leaves. */
  async lieDead(death: Death): Promise<void> {
    await leaveAsDead(join(this.folder, CLUSTER), death);
  }

  vaultOf(onStep: (step: string) => void | Promise<void>): FolderVault {
    const clock = { now: () => new Date(this.machine.now()) };
    return openFolderVault({ folder: this.folder, clock, settleMs: 0, onStep });
  }

  /** For looking only. */
  observer(): FolderVault {
    return this.vaultOf(() => undefined);
  }

  context(signal: AbortSignal): RunContext {
    return {
      signal,
      progress: () => undefined,
      log: silent,
      clock: { now: () => new Date(this.machine.now()) },
    };
  }

  private workOf(isAlive: () => boolean): AgentWork {
    const vault = this.vaultOf(this.disk.hookOf(isAlive));
    const parts = clusterParts(vault, this.clusterNow());
    /** Work of a dead agent never comes back to it. */
    const work = async <T>(run: () => Promise<T>): Promise<T> => {
      if (!isAlive()) return new Promise<never>(() => undefined);
      const count = this.work;
      count.begun += 1;
      try {
        return await run();
      } catch (error) {
        if (error instanceof Broken) this.broken ??= error;
        throw error;
      } finally {
        count.ended += 1;
        if (!isAlive()) await new Promise<never>(() => undefined);
      }
    };
    const allowed = (judge: () => void) => {
      try {
        judge();
      } catch (error) {
        throw new Broken(error instanceof Error ? error.message : String(error));
      }
    };
    return {
      clusters: () => work(() => Promise.resolve([this.cluster])),
      backups: () => work(async () => (await vault.list(CLUSTER)).map(policyBackup)),
      backUp: (_, run, signal) =>
        work(async () => {
          const created = this.machine.now();
          // A new process asks for what the one before has made: that is found out under the lock.
          const isServed = this.model.isServed(created);
          if (!isServed) allowed(() => this.model.begins(run));
          const bytes = this.size;
          const doing: Doing = { kind: 'backup', created };
          const fails = !this.reachable || this.disk.isFull;
          let made: { id: string } | undefined;
          try {
            const { schedule } = run;
            made = await this.doing.run(doing, () =>
              scheduledBackup(
                parts,
                { schedule, since: run.since.toISOString(), before: run.before },
                (context, make) => make(context),
                this.context(signal),
              ),
            );
          } catch (error) {
            this.tell(`a backup fails: ${String(error)}`);
            this.model.failed();
            if (!fails) this.broken ??= error instanceof Error ? error : new Error(String(error));
            throw error;
          }
          allowed(() => {
            if (made === undefined && isServed) {
              this.model.hearsOfServed();
              return;
            }
            if (made === undefined) throw new Error('a backup was due, and none was made');
            if (isServed) throw new Error('a second backup was made for a moment');
            if (fails) throw new Error('a backup was made where none can be');
            this.model.made({ created, byHand: false, bytes, checked: created });
            this.model.serves(run.since, created);
          });
          if (made === undefined) return made;
          this.tell('a backup is made');
          return made;
        }),
      prune: (_, signal) =>
        work(async () => {
          const left = this.model.prunes();
          const going = left.length;
          const { policy } = this;
          try {
            const pruned = await this.doing.run({ kind: 'prune', left }, () =>
              prune({ vault, cluster: CLUSTER, policy }, this.context(signal)),
            );
            for (const backup of left.splice(0)) this.model.gone(backup);
            if (pruned.removed.length !== going) {
              this.tell(`it pruned ${pruned.removed.length}, the model ${going}`);
            }
            this.model.pruneEnded();
            return pruned;
          } catch (error) {
            this.tell(`a prune fails: ${String(error)}`);
            if (!this.disk.isFull) this.broken ??= new Error(String(error));
            throw error;
          }
        }),
      check: (_, id, signal) =>
        work(async () => {
          const listed = await vault.get(id);
          if (listed === undefined) throw new Broken(`It checks ${id}, which there is not.`);
          const backup = this.model.find(Date.parse(listed.manifest.created));
          const at = this.machine.now();
          try {
            const result = await this.doing.run({ kind: 'check', backup }, () =>
              scheduledCheck(
                { vault, cluster: CLUSTER, id, rhythm: this.policy.verify },
                (found, context) => this.verify(found, vault, context),
                this.context(signal),
              ),
            );
            if (result !== undefined) this.model.checked(backup, at);
            if (result?.verification.result === 'damaged') {
              this.tell(`a check finds ${iso(backup.created)} damaged`);
            }
            return result?.verification;
          } catch (error) {
            this.tell(`a check fails: ${String(error)}`);
            if (!this.disk.isFull) this.broken ??= new Error(String(error));
            throw error;
          }
        }),
      tidy: () =>
        work(async () => {
          const done = await vault.recover();
          for (const line of done) this.tell(`cleaned up: ${line}`);
          this.model.tidied();
        }),
    };
  }

  clusterNow(): ClusterNow {
    return { reachable: () => this.reachable, size: () => this.size };
  }

  verify(backup: Backup, vault: FolderVault, context = this.context(new AbortController().signal)) {
    const { file, bytes } = backup.manifest;
    const source = { name: file, size: bytes, backup, open: () => vault.read(backup) };
    const { format, encryptor, decryption } = clusterParts(vault, this.clusterNow());
    return verifyBackup(source, { vault, format, encryptor, decryption }, context);
  }

  /** A step of a deletion was reached: which backup it is about is known by the order, the oldest first. */
  private passed(step: string): void {
    const doing = this.doing.getStore();
    if (doing?.kind !== 'prune') return;
    if (step === 'delete:mark') doing.at = doing.left[0];
    if (step === 'delete:unmark' && doing.at !== undefined) {
      doing.left.shift();
      this.model.gone(doing.at);
    }
  }

  /** The agent's process dies before a step: what was done until then is on the disk. */
  private dies(step: string): void {
    const doing = this.doing.getStore();
    if (doing?.kind === 'backup') {
      const { created } = doing;
      const made = { created, byHand: false, bytes: this.size, checked: created };
      if (HALF_DONE.includes(step)) this.model.made(made, false);
      if (['manifest:sync', 'commit:done'].includes(step)) this.model.made(made);
    }
    if (doing?.kind === 'prune' && doing.left[0] !== undefined) {
      if (['delete:manifest', 'delete:unmark'].includes(step)) this.model.gone(doing.left[0]);
    }
    if (doing?.kind === 'check' && step === 'manifest:sync') {
      this.model.checked(doing.backup, this.machine.now());
    }
    this.kill(`before ${step}${doing === undefined ? '' : ` of a ${doing.kind}`}`);
  }

  /** The part of the jitter on a moment is the agent's own: asked once for a moment without any backups. */
  private jitterOf(moment: number): number {
    const { jitter } = this.policy;
    if (jitter === undefined) return 0;
    const minutes = Number(/^(\d+)m$/.exec(jitter)?.[1]);
    const { schedules, timeZone, at } = this.policy;
    const rhythm = { schedules, timeZone, at, jitter };
    const after = new Date(moment + minutes * 60_000);
    const part = (dueOf(rhythm, this.cluster.key, [], after)?.since.getTime() ?? NaN) - moment;
    if (part >= 0 && part <= minutes * 60_000) return part;
    throw new Error(`A jitter of ${part} ms after ${iso(moment)}, with at most ${jitter}.`);
  }

  async onDisk(backup: Remembered): Promise<Backup> {
    const found = (await this.observer().list(CLUSTER)).find(
      ({ manifest }) => Date.parse(manifest.created) === backup.created,
    );
    if (found === undefined) throw new Error(`There is no backup of ${iso(backup.created)}.`);
    return found;
  }

  /** Something done by a person has to fail, or must not. */
  expect(fails: boolean, failure: string | undefined, what: string): void {
    if (fails === (failure !== undefined)) return;
    this.broken ??= new Error(`${what} ${failure === undefined ? 'went well' : failure}`);
  }

  async begin(): Promise<void> {
    await mkdir(join(this.folder, CLUSTER), { recursive: true });
  }
}

/** The agent did what the model does not allow. */
class Broken extends Error {}
