import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { swarmConnectionSchema } from '../../../src/adapters/swarm/definition';
import { openSource, withParts } from '../../../src/compose/parts';
import type { SourceRef } from '../../../src/compose/parts';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import type { BackupScope, RestoreChoices } from '../../../src/core/model';
import { backUp } from '../../../src/core/operations/backup';
import { planRestore } from '../../../src/core/operations/planRestore';
import { resumeInterrupted } from '../../../src/core/operations/resume';
import { restore } from '../../../src/core/operations/restore';
import type { RestoreResult } from '../../../src/core/operations/restore';
import type { ChangeResult, RestorePlan } from '../../../src/core/plan';
import type { Log, RunContext } from '../../../src/core/ports';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { ask } from '../../support/swarm/engineApi';

/** What was logged, to be searched for what must not be in it. */
export class Lines implements Log {
  readonly all: string[] = [];
  private readonly note = (line: string) => void this.all.push(line);
  debug = this.note;
  info = this.note;
  warn = this.note;
  error = this.note;
}

/** A cluster's entry: the engine that is asked, and those of its other nodes. */
export interface Place {
  host: string;
  engines?: { host: string; node?: string }[];
}

export interface Given {
  choices?: RestoreChoices;
  payloads?: Record<string, string>;
  signal?: AbortSignal;
  progress?: RunContext['progress'];
  safetyBackup?: boolean;
  /** A plan before, with other choices. */
  known?: RestorePlan;
}

/** A vault and a state folder, and the core's operations on clusters in it. */
export class Site {
  readonly log = new Lines();

  private constructor(readonly folder: string) {}

  static async make(): Promise<Site> {
    return new Site(await mkdtemp(join(tmpdir(), 'cluster-backup-swarm-')));
  }

  /** One that is there already. */
  static at(folder: string): Site {
    return new Site(folder);
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }

  cluster(engine: Place, name = 'prod'): ResolvedCluster {
    return {
      connected: {
        name,
        system: 'swarm',
        connection: swarmConnectionSchema.parse({
          host: engine.host,
          ...(engine.engines === undefined ? {} : { engines: engine.engines }),
        }),
        secrets: {},
      },
      vault: join(this.folder, 'vault'),
      encryption: { kind: 'none' },
      decryption: {},
    };
  }

  backUp(engine: Place, scope?: BackupScope): Promise<SourceRef> {
    return this.with(engine, async (parts) => {
      const { manifest } = await backUp(
        parts,
        { mode: 'live', scope, origin: { kind: 'manual' } },
        this.context({}),
      );
      return { kind: 'backup', vault: join(this.folder, 'vault'), id: manifest.id };
    });
  }

  plan(ref: SourceRef, engine: Place, given: Given = {}): Promise<RestorePlan> {
    return this.with(engine, async (parts) =>
      planRestore(
        await openSource(ref, this.log),
        parts,
        {
          safetyBackup: given.safetyBackup ?? false,
          choices: given.choices,
          payloads: given.payloads,
          known: given.known,
        },
        this.context(given),
      ),
    );
  }

  carryOut(
    ref: SourceRef,
    engine: Place,
    plan: RestorePlan,
    given: Given = {},
  ): Promise<RestoreResult> {
    return this.with(engine, async (parts) =>
      restore(
        await openSource(ref, this.log),
        parts,
        { plan, payloads: given.payloads },
        this.context(given),
      ),
    );
  }

  /** Plans, and does it. */
  async restore(ref: SourceRef, engine: Place, given: Given = {}): Promise<ChangeResult[]> {
    const plan = await this.plan(ref, engine, given);
    return (await this.carryOut(ref, engine, plan, given)).changes ?? [];
  }

  /** What the next start does with what a killed run has left. */
  resume(engine: Place): Promise<string[]> {
    return this.with(engine, (parts) => resumeInterrupted(parts, this.context({})));
  }

  context({ signal, progress }: Given): RunContext {
    return {
      signal: signal ?? new AbortController().signal,
      progress: progress ?? (() => undefined),
      log: this.log,
      clock: { now: () => new Date() },
    };
  }

  private with<T>(engine: Place, run: Parameters<typeof withParts<T>>[3]): Promise<T> {
    return withParts(this.cluster(engine), { env: {}, state: this.state }, this.log, run);
  }
}

/** `id action` of the chosen changes. */
export function actions(plan: RestorePlan): string[] {
  return (plan.changes ?? [])
    .filter(({ chosen }) => chosen)
    .map(({ id, action }) => `${id} ${action}`);
}

/** One change of a plan. */
export function changeOf(plan: RestorePlan, id: string) {
  const change = plan.changes?.find((one) => one.id === id);
  if (change === undefined) throw new Error(`no ${id}`);
  return change;
}

/** Takes everything off an engine but its images and its swarm. */
export async function wipe(engine: RunningEngine): Promise<void> {
  const list = async (...args: string[]) =>
    (await engine.docker(...args)).split('\n').filter((line) => line !== '');
  const state = (await engine.docker('info', '--format', '{{.Swarm.LocalNodeState}}')).trim();
  const isSwarm = state !== 'inactive';
  const ofSwarm = (['service', 'config', 'secret'] as const).map(
    (kind) => [kind, () => list(kind, 'ls', '-q'), [kind, 'rm']] as const,
  );
  const ownNetworks = async () => {
    const own: string[] = [];
    for (const id of await list('network', 'ls', '-q', '--filter', 'type=custom')) {
      // One that is going away may be gone by now.
      const told = await engine.docker('network', 'inspect', '-f', '{{.Name}}', id).catch(() => '');
      const name = told.trim();
      if (name !== '' && name !== 'ingress' && name !== 'docker_gwbridge') own.push(id);
    }
    return own;
  };
  const kinds = [
    ...(isSwarm ? ofSwarm : []),
    ['container', () => list('ps', '-aq'), ['rm', '-f']],
    ['network', ownNetworks, ['network', 'rm']],
    ['volume', () => list('volume', 'ls', '-q'), ['volume', 'rm']],
  ] as const;
  // A task of a removed service may still make its container: with it a volume comes back, or stays in use.
  const hasTasks = async () =>
    isSwarm && (((await ask(engine.socket, 'GET', '/tasks')) as unknown[] | null) ?? []).length > 0;
  let left: string[] = [];
  await waitFor(
    'the engine to be empty',
    async () => {
      left = (await hasTasks()) ? ['tasks'] : [];
      for (const [kind, find, remove] of kinds) {
        const ids = await find();
        if (ids.length === 0) continue;
        left.push(`${kind} ${ids.join()}`);
        await engine.docker(...remove, ...ids).catch(() => undefined);
      }
      return left.length === 0 || undefined;
    },
    { timeoutMs: 120_000 },
  ).catch((error: unknown) => {
    throw new Error(`${String(error)}; there is ${left.join('; ')}`);
  });
}
