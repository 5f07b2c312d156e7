import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import type { Services } from '../../../src/vscode/services';
import { activatedServices, configure, workspaceFolder } from '../../support/host/services';

// Measured from inside the extension host; the bench that starts this reads what it leaves.

const { BENCH_FILE: file = '', BENCH_OUT: out = '' } = process.env;

/** Times what the editor itself counts as activation: loading the script, and the call of `activate`. */
function watchActivation(told: (ms: number) => void): () => void {
  const loader = Module as unknown as {
    _load: (request: string, ...rest: unknown[]) => { activate: (c: unknown) => unknown };
  };
  const load = loader._load;
  loader._load = (request, ...rest) => {
    const start = performance.now();
    const loaded = load(request, ...rest);
    if (!request.endsWith(join('dist', 'extension.js'))) return loaded;
    const loading = performance.now() - start;
    return {
      ...loaded,
      activate: (context) => {
        const called = performance.now();
        const result = loaded.activate(context);
        told(loading + performance.now() - called);
        return result;
      },
    };
  };
  return () => (loader._load = load);
}

describe('The extension host under 1 GB', function () {
  this.timeout(600_000);
  const figures: Record<string, number> = {};
  let services: Services;
  let consul: RunningConsul;
  let endpoint: ChildProcess;

  before(async () => {
    const stopWatching = watchActivation((ms) => (figures.activation = ms));
    services = await activatedServices();
    stopWatching();
    consul = await startConsul();
    const script = join(__dirname, '../../support/fileEndpoint.js');
    endpoint = spawn(process.execPath, [script, consul.address, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    const [line] = (await once(endpoint.stdout ?? endpoint, 'data')) as [Buffer];
    await configure(services, {
      clusters: { big: { system: 'consul', address: line.toString().trim(), vault: './vault' } },
    });
  });
  after(async () => {
    endpoint.kill();
    await consul.stop();
    await rm(join(workspaceFolder(), 'vault'), { recursive: true, force: true });
    await writeFile(out, JSON.stringify(figures));
  });

  /** Longest time for which nothing else could run, ms. */
  const worst = async (run: () => PromiseLike<unknown>): Promise<number> => {
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    await run();
    delay.disable();
    return delay.max / 1e6;
  };

  it('inspects', async () => {
    const source = { kind: 'file', path: file } as const;
    figures.inspect = await worst(() =>
      services.client.call(
        'inspectOpen',
        { source, decryption: {} },
        { progress: () => undefined },
      ),
    );
  });

  it('verifies', async () => {
    const source = { kind: 'file', path: file } as const;
    figures.verify = await worst(() =>
      services.client.call('verify', { source, decryption: {} }, { own: true }),
    );
  });

  it('backs up', async () => {
    const [entry] = services.store.entries;
    assert.ok(entry);
    const cluster = await services.store.resolve(entry, services.secrets.stored);
    figures.backup = await worst(() =>
      vscode.window.withProgress({ location: vscode.ProgressLocation.Notification }, (progress) =>
        services.client.call(
          'backup',
          { cluster, origin: { kind: 'manual' } },
          { own: true, progress: (u) => progress.report({ message: u.phase }) },
        ),
      ),
    );
  });
});
