import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';
import { toErrorInfo } from '../../../src/core/errors';
import type { HostedBackup, HostedListing } from '../../../src/core/model';
import type { HostedRestorePlan } from '../../../src/core/plan';
import type { RunContext } from '../../../src/core/ports';
import { waitFor } from '../../../src/sandbox/parts/wait';
import type { DcosRequest, DcosStandIn, DcosStandInOptions } from '../../standins/dcos/contract';
import { startDcosStandIn } from '../../standins/dcos/server';

/** Seconds: patient enough for a slow machine, and looked at often. */
const SILENCE = 20;

/** A stand-in of DC/OS, a vault, a journal, and the operations as callers use them. */
export class DcosSite {
  readonly operations: Operations;
  readonly vault: string;
  /** Whatever was told while it ran: phases, lines of the log, errors. */
  readonly told: string[] = [];

  private constructor(
    readonly server: DcosStandIn,
    readonly folder: string,
  ) {
    this.vault = join(folder, 'vault');
    this.operations = createOperations({
      activities: join(folder, 'activities'),
      by: 'test',
      env: {},
      state: join(folder, 'state'),
    });
  }

  static async make(options: DcosStandInOptions = {}): Promise<DcosSite> {
    const folder = await mkdtemp(join(tmpdir(), 'cb-dcos-'));
    return new DcosSite(await startDcosStandIn(options), folder);
  }

  async remove(): Promise<void> {
    await this.server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A cluster as a configuration file would have it; its administrator logs in unless told otherwise. */
  cluster(
    fields: Record<string, unknown> = { user: this.server.admin.user, password: PASSWORD },
    secrets: Record<string, string> = { password: this.server.admin.password },
  ): Promise<ResolvedCluster> {
    const { address } = this.server;
    const { timeouts, ...more } = fields;
    const limits = { silence: SILENCE, ...(timeouts as object | undefined) };
    const entry = { system: 'dcos', address, vault: this.vault, timeouts: limits, ...more };
    const text = JSON.stringify({ clusters: { prod: entry } });
    const file = join(this.folder, 'cluster-backup.jsonc');
    const parsed = parseConfig(text, file, { systems, defaultVault: this.vault });
    const [config] = parsed.clusters;
    const system = systemById('dcos');
    if (config === undefined || system === undefined) {
      throw new Error(JSON.stringify(parsed.problems));
    }
    return resolveCluster(config, system, ({ reference }) =>
      Promise.resolve('secret' in reference ? (secrets[reference.secret] ?? '') : ''),
    );
  }

  /** The administrator's, with other limits. */
  within(timeouts: Record<string, number>): Promise<ResolvedCluster> {
    return this.cluster({ user: this.server.admin.user, password: PASSWORD, timeouts });
  }

  /** Remembers all it is told. */
  context(signal = new AbortController().signal): RunContext {
    const tell = (line: string) => void this.told.push(line);
    return {
      signal,
      progress: ({ phase }) => tell(phase),
      log: { debug: tell, info: tell, warn: tell, error: tell },
      clock: { now: () => new Date() },
    };
  }

  async create(label?: string, of?: ResolvedCluster, run = this.context()): Promise<HostedBackup> {
    const cluster = of ?? (await this.cluster());
    return this.#heard(this.operations.createHosted({ cluster, mode: 'service', label }, run));
  }

  async list(of?: ResolvedCluster): Promise<HostedListing> {
    const cluster = of ?? (await this.cluster());
    return this.#heard(this.operations.listHosted({ cluster }, this.context()));
  }

  async plan(id: string, safetyBackup = false, of?: ResolvedCluster): Promise<HostedRestorePlan> {
    const cluster = of ?? (await this.cluster());
    const options = { cluster, ref: { id }, safetyBackup };
    return this.#heard(this.operations.planHostedRestore(options, this.context()));
  }

  /** Plans and restores. */
  async restore(id: string, of?: ResolvedCluster, run = this.context()) {
    const plan = await this.plan(id, false, of);
    return this.restorePlanned(plan, of, run);
  }

  async restorePlanned(plan: HostedRestorePlan, of?: ResolvedCluster, run = this.context()) {
    const cluster = of ?? (await this.cluster());
    return this.#heard(this.operations.restoreHosted({ cluster, plan }, run));
  }

  /** Plans and deletes. */
  async delete(id: string, of?: ResolvedCluster, run = this.context()): Promise<void> {
    const cluster = of ?? (await this.cluster());
    const ref = { id };
    const plan = await this.#heard(this.operations.planHostedRemove({ cluster, ref }, run));
    await this.#heard(this.operations.removeHosted({ cluster, plan }, run));
  }

  /** Requests whose line fits. */
  asked(line: RegExp): DcosRequest[] {
    return this.server.requests.filter(({ method, path }) => line.test(`${method} ${path}`));
  }

  until(what: string, isSo: () => boolean): Promise<unknown> {
    return waitFor(what, () => Promise.resolve(isSo() || undefined), {
      timeoutMs: 60_000,
      everyMs: 20,
    });
  }

  /** As if nothing had been done, neither here nor there. */
  async clear(): Promise<void> {
    this.server.clear();
    this.told.length = 0;
    await rm(this.folder, { recursive: true, force: true });
    await mkdir(this.folder);
  }

  /** All that stays of what was done: the files of journal, state and vault, and all that was told. */
  async traces(): Promise<string> {
    const files = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const texts = files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8'));
    return [...this.told, ...(await Promise.all(texts))].join('\n');
  }

  async #heard<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.told.push(JSON.stringify(toErrorInfo(error)));
      throw error;
    }
  }
}

export const PASSWORD = { secret: 'password' };
export const LIST = /^GET \/system\/v1\/backup\/v1\/list/;
/** Looks at one. */
export const LOOK = /^GET \/system\/v1\/backup\/v1\/list\?prefix=/;
export const CREATE = /^POST \/system\/v1\/backup\/v1\/create/;
export const RESTORE = /^POST \/system\/v1\/backup\/v1\/restore/;
export const DELETE = /^DELETE \/system\/v1\/backup\/v1\/delete/;
export const LOGIN = /^POST \/acs\/api\/v1\/auth\/login/;
