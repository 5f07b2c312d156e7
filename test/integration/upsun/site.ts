import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemById, systems } from '../../../src/adapters/registry';
import { createOperations } from '../../../src/compose/operations';
import type { Operations, OperationsOptions } from '../../../src/compose/operations';
import { resolveCluster } from '../../../src/compose/resolvedCluster';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { parseConfig } from '../../../src/core/config/parse';
import { isClusterBackupError } from '../../../src/core/errors';
import type { ClusterBackupError } from '../../../src/core/errors';
import type { HostedBackup } from '../../../src/core/model';
import type { ProgressUpdate, RunContext } from '../../../src/core/ports';
import { startUpsunStandIn } from '../../standins/upsun/standIn';
import type { UpsunStandIn, UpsunStandInOptions } from '../../standins/upsun/contract';

/** A context that remembers all it was told. */
export type Told = RunContext & { updates: ProgressUpdate[]; lines: string[] };

/** A stand-in of Upsun, and the operations as callers use them. */
export class UpsunSite {
  readonly operations: Operations;
  /** What they were made with. */
  readonly options: OperationsOptions;
  /** All that was said anywhere, to be searched for secrets. */
  readonly #said: string[] = [];

  private constructor(
    readonly standIn: UpsunStandIn,
    private readonly folder: string,
  ) {
    const activities = join(folder, 'activities');
    const state = join(folder, 'state');
    this.options = { activities, by: 'test', env: {}, state };
    this.operations = createOperations(this.options);
  }

  static async start(options: UpsunStandInOptions = {}): Promise<UpsunSite> {
    const folder = await mkdtemp(join(tmpdir(), 'cb-upsun-'));
    return new UpsunSite(await startUpsunStandIn(options), folder);
  }

  /** A cluster as a configuration file would have it. */
  async cluster(
    fields: Record<string, unknown> = {},
    token = this.standIn.apiToken,
  ): Promise<ResolvedCluster> {
    const vault = join(this.folder, 'vault');
    const entry = {
      system: 'upsun',
      vault,
      token: { secret: 'token' },
      project: this.standIn.project().project.id,
      apiAddress: this.standIn.apiAddress,
      authAddress: this.standIn.authAddress,
      ...fields,
    };
    const text = JSON.stringify({ clusters: { shop: entry } });
    const file = join(this.folder, 'cluster-backup.jsonc');
    const parsed = parseConfig(text, file, { systems, defaultVault: vault });
    const [config] = parsed.clusters;
    const system = systemById('upsun');
    if (config === undefined || system === undefined) {
      throw new Error(JSON.stringify(parsed.problems));
    }
    return resolveCluster(config, system, () => Promise.resolve(token));
  }

  context(signal = new AbortController().signal): Told {
    const updates: ProgressUpdate[] = [];
    const lines: string[] = [];
    const said = this.#said;
    const log = (line: string) => {
      lines.push(line);
      said.push(line);
    };
    return {
      signal,
      updates,
      lines,
      progress: (update) => {
        updates.push(update);
        said.push(update.phase);
      },
      log: { debug: log, info: log, warn: log, error: log },
      clock: { now: () => new Date() },
    };
  }

  /** Expects one of our errors, and gives it to look at. */
  async refused(promise: Promise<unknown>, code: string): Promise<ClusterBackupError> {
    const error: unknown = await promise.then(
      () => assert.fail(`it went well, and ${code} was expected`),
      (reason: unknown) => reason,
    );
    assert.ok(isClusterBackupError(error), String(error));
    this.#said.push(error.message, error.next);
    assert.equal(error.code, code, error.message);
    assert.ok(error.message.endsWith('.') && error.next.endsWith('.'), error.message);
    return error;
  }

  async list(of?: ResolvedCluster): Promise<HostedBackup[]> {
    const cluster = of ?? (await this.cluster());
    return (await this.operations.listHosted({ cluster }, this.context())).backups;
  }

  /** What was asked that began with this. */
  sent(line: RegExp): { line: string; body: unknown }[] {
    return this.standIn.requests
      .filter((request) => line.test(request.line))
      .map(({ line: asked, body }) => ({
        line: asked,
        body: body === '' ? undefined : (JSON.parse(body) as unknown),
      }));
  }

  /** What must hold at the end of each test, whatever happened in it. */
  async finish(): Promise<void> {
    const { standIn } = this;
    standIn.hold(false);
    standIn.faults.clear();
    await standIn.stop();
    const journal = await filesOf(join(this.folder, 'activities'));
    await rm(this.folder, { recursive: true, force: true });
    assert.deepEqual(standIn.violations, []);
    const bearers = standIn.requests.flatMap(
      ({ headers }) => /^Bearer (.+)$/.exec(String(headers['authorization'] ?? ''))?.slice(1) ?? [],
    );
    const all = [...this.#said, ...journal].join('\n');
    for (const secret of new Set([standIn.apiToken, ...bearers])) {
      assert.ok(!all.includes(secret), 'a secret was told');
    }
    // The API token is for whoever gives out access tokens, and for nobody else.
    for (const { line, headers, body } of standIn.requests) {
      if (line.startsWith('POST /oauth2/token')) continue;
      const shown = `${line} ${body} ${JSON.stringify(headers)}`;
      assert.ok(!shown.includes(standIn.apiToken), `the API token went to ${line}`);
    }
  }
}

async function filesOf(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return Promise.all(
    files
      .filter((file) => file.isFile())
      .map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
  );
}
