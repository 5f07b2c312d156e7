import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import { sweepLeftovers } from '../../../src/sandbox/parts/dockerLeftovers';
import { startSwarm } from '../../../src/sandbox/parts/dockerSwarm';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';

function cgroupsOf(folder: string): string[] {
  const groups = readdirSync('/sys/fs/cgroup', { recursive: true, encoding: 'utf8' });
  return groups.filter((group) => group.includes(basename(folder)));
}

describe('The Docker engines that tests start', function () {
  this.timeout(300_000);

  it('run tasks of a swarm of managers and workers, and one comes back after a crash', async () => {
    const swarm = await startSwarm(3, { workers: 1 });
    const [first, second, third] = swarm.engines;
    assert.ok(first && second && third);
    try {
      for (const engine of swarm.engines) await engine.importBusybox('shell:1');
      await first.docker('network', 'create', '--driver', 'overlay', 'inner');
      await first.docker(
        ...['service', 'create', '--quiet', '--name', 'web', '--network', 'inner'],
        ...['--mode', 'global', 'shell:1', 'sleep', '1000'],
      );
      const nodes = await first.docker(
        ...['service', 'ps', 'web', '--filter', 'desired-state=running'],
        ...['--format', '{{.Node}} {{.CurrentState}}'],
      );
      assert.deepEqual(
        nodes
          .trim()
          .split('\n')
          .map((line) => line.split(' ').slice(0, 2).join(' '))
          .sort(),
        swarm.engines.map((engine) => `${engine.hostname} Running`).sort(),
      );
      assert.equal(
        await first.docker('run', '--rm', 'shell:1', 'hostname', '-s').then((s) => s.length),
        13,
      );

      await second.docker('volume', 'create', 'kept');
      const before = second.pid();
      await second.kill();
      assert.equal(second.pid(), undefined);
      await second.startDaemon();
      assert.notEqual(second.pid(), before);
      assert.match(await second.docker('volume', 'ls', '-q'), /^kept$/m);
      await waitFor(
        'the crashed manager to be in the swarm again',
        async () =>
          (await second.docker('node', 'ls', '--format', '{{.ManagerStatus}}')).includes(
            'Leader',
          ) || undefined,
        { timeoutMs: 150_000 },
      );
    } finally {
      await swarm.stop();
    }
    for (const engine of swarm.engines) {
      assert.ok(!existsSync(engine.folder));
      assert.ok(!existsSync(`/proc/${engine.node.pid}`));
      assert.deepEqual(cgroupsOf(engine.folder), []);
    }
  });

  it('listen for clients with a certificate when asked to', async () => {
    const engine = await startEngine({ tcp: 'tls' });
    try {
      const { tls, port } = engine;
      assert.ok(tls);
      const remote = ['--host', `tcp://127.0.0.1:${port}`, '--tlsverify'];
      const certificates = ['--tlscert', tls.certFile, '--tlskey', tls.keyFile];
      const ask = (caFile: string): Promise<string> =>
        run(engine.cli, [...remote, ...certificates, '--tlscacert', caFile, 'info']);
      assert.match(await ask(tls.caFile), new RegExp(`Name: ${engine.hostname}`));
      await assert.rejects(ask(tls.otherCaFile), /certificate/);
    } finally {
      await engine.stop();
    }
  });

  it('leave nothing behind when the process that started them is killed outright', async () => {
    const owner = spawn(process.execPath, [join(__dirname, '../../support/engineOwner.js')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(owner.stdout, 'data')) as [Buffer];
    const left = JSON.parse(line.toString()) as { folder: string; node: number; pid: number };
    assert.ok(existsSync(left.folder) && existsSync(`/proc/${left.pid}`));
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await waitFor(
      'dockerd, the shims and the containers to end',
      () =>
        existsSync(`/proc/${left.pid}`) || existsSync(`/proc/${left.node}`) ? undefined : true,
      { timeoutMs: 60_000 },
    );
    await sweepLeftovers();
    assert.ok(!existsSync(left.folder));
    assert.deepEqual(cgroupsOf(left.folder), []);
  });
});
