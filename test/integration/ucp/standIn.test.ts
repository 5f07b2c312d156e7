import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { runUcp } from '../../standins/ucp/command';
import type { UcpRun, UcpRunOptions } from '../../standins/ucp/command';
import { importUcp, installUcp, isUcpInstalled, setFault } from '../../standins/ucp/image';
import { reachController } from '../../standins/ucp/reach';

const PASSPHRASE = 'secret12chars';
const SERVER_KEY = './ucp-controller-server-certs/key.pem';
const OPTIONS: Record<string, string[]> = {
  id: ['backup', '--id', 'x'],
  'no-passphrase': ['backup', '--no-passphrase'],
  file: ['backup', '--file=/backup/x', '--no-passphrase'],
  'include-logs': ['backup', '--include-logs=false', '--no-passphrase'],
  'backup -D -i': ['backup', '-D', '-i', '--jsonlog', '--passphrase', PASSPHRASE],
  restore: ['restore', '--host-address', 'eth0', '--san', 'a', '--san', 'b', '--unlock-key', 'x'],
  force: ['restore', '--force', '--force-minimums', '--data-path-addr', 'eth0'],
  uninstall: ['uninstall-ucp', '--id', 'x', '--pull', 'never'],
  'purge-config': ['uninstall-ucp', '--purge-config'],
  'no-purge-secret': ['uninstall-ucp', '--no-purge-secret'],
};

describe('The stand-in of UCP and MKE', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let image: string;
  let cluster: string;

  before(async () => {
    engine = await startEngine({ hostname: 'node1' });
  });
  after(async () => {
    // It would go on without its folder for a while.
    const env = { ...process.env, GNUPGHOME: join(engine.folder, 'gnupg') };
    await run('gpgconf', ['--kill', 'all'], { env }).catch(() => undefined);
    await engine.stop();
  });

  const ucp = (args: readonly string[], options?: UcpRunOptions): Promise<UcpRun> =>
    runUcp(engine, image, args, options);
  const refused = async (why: RegExp, args: string[], options?: UcpRunOptions): Promise<void> => {
    const { code, out, log } = await ucp(args, options);
    assert.match(log + (options?.docker?.includes('-t') === true ? out.toString() : ''), why);
    assert.notEqual(code, 0);
  };
  const well = async (args: readonly string[], options?: UcpRunOptions): Promise<UcpRun> => {
    const given = await ucp(args, options);
    assert.equal(given.code, 0, given.log);
    return given;
  };
  const running = async (): Promise<string[]> =>
    (await engine.docker('ps', '--format', '{{.Names}}')).split('\n').filter(Boolean).sort();
  const ping = async (): Promise<string> => {
    const { port, stop } = await reachController(engine);
    try {
      return await waitFor('the controller to answer', () => ask(port), { timeoutMs: 180_000 });
    } finally {
      await stop();
    }
  };
  /** Members and what is in them. */
  const contents = async (tar: Buffer): Promise<Map<string, string>> => {
    const file = join(engine.folder, 'looked-into.tar');
    await writeFile(file, tar);
    const sums = await run('tar', [
      '-xf',
      file,
      '--to-command',
      'echo "$(sha256sum) $TAR_FILENAME"',
    ]);
    const lines = sums.split('\n').filter(Boolean);
    return new Map(
      lines.map((line) => [line.split(' -')[1]?.trim() ?? '', line.split(' ')[0] ?? '']),
    );
  };

  it('takes what each version takes, and no more', async () => {
    const taken: Record<string, string[]> = {};
    for (const version of ['2.1.8', '2.2.14', '3.0.4', '3.1.9', '3.2.4', '3.3.0', '3.8.5']) {
      const reference = await importUcp(engine, version);
      const lines = Object.entries(OPTIONS).map(
        ([name, args]) => `sh /stand-in/ucp.sh ${args.join(' ')} 2>&1 | sed 's/^/${name}: /'`,
      );
      const said = await engine.docker(
        ...['run', '--rm', '--entrypoint', '/bin/sh', reference, '-c', lines.join('\n')],
      );
      const unknown = [...said.matchAll(/^(.*): Incorrect Usage: flag provided but not/gm)];
      assert.equal(unknown.length + [...said.matchAll(/unable to connect/g)].length, lines.length);
      const refusedNames = unknown.map(([, name]) => name);
      taken[reference] = Object.keys(OPTIONS).filter((name) => !refusedNames.includes(name));
    }
    const older = ['id', 'backup -D -i', 'restore', 'uninstall'];
    const newer = ['no-passphrase', 'file', 'include-logs', 'backup -D -i', 'restore', 'force'];
    assert.deepEqual(taken, {
      'docker/ucp:2.1.8': older,
      'docker/ucp:2.2.14': older,
      'docker/ucp:3.0.4': older,
      'docker/ucp:3.1.9': [...older, 'purge-config'],
      'docker/ucp:3.2.4': [...newer, 'uninstall', 'purge-config'],
      'mirantis/ucp:3.3.0': [...newer, 'uninstall', 'purge-config'],
      'mirantis/ucp:3.8.5': [...newer, 'uninstall', 'purge-config', 'no-purge-secret'],
    });
  });

  describe('3.1', () => {
    before(async () => {
      image = 'docker/ucp:3.1.9';
      await installUcp(engine, '3.1.9');
      cluster = (await engine.docker('info', '--format', '{{.Swarm.Cluster.ID}}')).trim();
    });

    it('gives its id, and refuses what the product refuses', async () => {
      assert.equal((await well(['id'])).out.toString(), `${cluster}\n`);
      await refused(/no such|not there/, ['backup', '--id', cluster], { bare: true });
      await refused(/is a TTY/, ['backup', '--id', cluster], { docker: ['-t', '-i=false'] });
      await refused(/--id is required/, ['backup']);
      await refused(/does not match/, ['backup', '--id', 'another']);
      await refused(/at least 12/, ['backup', '--id', cluster, '--passphrase', 'short']);
      const other = await runUcp(engine, 'docker/ucp:3.0.4', ['backup', '--id', cluster]);
      assert.match(other.log, /FATA\[\d+\] this image is of version 3\.0\.4, but version 3\.1\.9/);
      assert.equal(other.out.length, 0);
    });

    it('stops for a backup, one at a time, and for good when it is killed', async () => {
      const before = await running();
      assert.deepEqual(before, ['ucp-controller', 'ucp-kv', 'ucp-proxy']);
      await setFault(engine, 'hang');
      const hanging = ucp(['backup', '--id', cluster]);
      await waitFor('UCP to stop', async () => (await running()).join() === 'ucp' || undefined, {
        timeoutMs: 180_000,
      });
      await refused(/another backup is in progress/, ['backup', '--id', cluster], { name: 'ucp2' });
      await refused(/already in use/, ['backup', '--id', cluster]);
      await engine.docker('rm', '--force', 'ucp');
      assert.equal((await hanging).out.length, 0);
      assert.deepEqual(await running(), []);
      await setFault(engine, undefined);
      await engine.docker('start', ...before);
    });

    it('comes back as it was', async () => {
      const saved = await well(['backup', '--id', cluster]);
      const files = await contents(saved.out);
      assert.ok(files.size > 100 && files.has(SERVER_KEY) && files.has('./ucp-node-certs/key.pem'));
      assert.match(saved.log, /level=info msg="Step 4 of 4/);
      assert.equal((await running()).length, 3);
      await refused(/UCP is installed/, ['restore'], { input: saved.out });
      await refused(/--id is required/, ['uninstall-ucp']);
      await well(['uninstall-ucp', '--id', cluster]);
      assert.equal(await isUcpInstalled(engine), false);
      assert.equal(await engine.docker('volume', 'ls', '--quiet'), '');
      await refused(/UCP is not installed/, ['backup', '--id', cluster]);
      await refused(/unexpected EOF/, ['restore'], { input: saved.out.subarray(0, 100_000) });
      assert.equal(await isUcpInstalled(engine), false);
      await well(['restore'], { input: saved.out });
      assert.equal(await ping(), '200 OK');
      assert.deepEqual(await contents((await well(['backup', '--id', cluster])).out), files);
      await well(['uninstall-ucp', '--id', cluster]);
    });
  });

  describe('3.8', () => {
    let sealed: Buffer;
    before(async () => {
      image = 'mirantis/ucp:3.8.5';
      await installUcp(engine, '3.8.5', { sans: ['ucp.example.com'] });
    });

    it('wants to know about encryption, and encrypts as gpg does', async () => {
      await refused(/level=fatal msg="one of/, ['backup']);
      await refused(/"level":"fatal"/, ['backup', '--jsonlog', '--passphrase', 'short']);
      await refused(/together/, ['backup', '--passphrase', PASSPHRASE, '--no-passphrase']);
      sealed = (await well(['backup', '--passphrase', PASSPHRASE])).out;
      const clear = await contents(await decrypt(sealed));
      assert.ok(
        clear.size >= 27 && clear.has(SERVER_KEY) && !clear.has('./ucp-node-certs/key.pem'),
      );
      assert.deepEqual(await contents((await well(['backup', '--no-passphrase'])).out), clear);
      assert.equal((await running()).length, 3);
    });

    it('writes a file of the manager, with its log beside it', async () => {
      const folder = join(engine.folder, 'backups');
      await mkdir(folder);
      const docker = ['--mount', `type=bind,src=${folder},dst=/backup`];
      const { out } = await well(['backup', '--passphrase', PASSPHRASE, '--file', 'b.tar'], {
        docker,
      });
      assert.equal(out.length, 0);
      const file = await readFile(join(folder, 'b.tar'));
      assert.ok((await contents(await decrypt(file))).has(SERVER_KEY));
      assert.match(
        (await decrypt(await readFile(join(folder, 'backup.log')))).toString(),
        /3\.8\.5/,
      );
      await refused(/no such folder/, ['backup', '--no-passphrase', '--file', '/other/b.tar']);
    });

    it('goes wrong as it is told', async () => {
      const whole = (await well(['backup', '--no-passphrase'])).out;
      const told = async (fault: Parameters<typeof setFault>[1], ...args: string[]) => {
        await setFault(engine, fault);
        return ucp(['backup', ...args]);
      };
      const half = await told('exit1HalfWay', '--no-passphrase');
      assert.deepEqual([half.code, half.out.length], [1, whole.length / 2]);
      const cut = await told('cut', '--no-passphrase');
      assert.deepEqual([cut.code, cut.out.length], [0, whole.length / 2]);
      const message = await told('cutMessage', '--passphrase', PASSPHRASE);
      assert.equal(message.code, 0);
      await assert.rejects(decrypt(message.out));
      const fatal = await told('fatalButZero', '--no-passphrase', '--jsonlog');
      assert.deepEqual([fatal.code, fatal.out.length], [0, whole.length]);
      assert.match(fatal.log, /"level":"fatal"/);
      const few = await contents((await told('tooFewFiles', '--no-passphrase')).out);
      assert.ok(few.size < 27 && few.has(SERVER_KEY));
      const none = await told('notATar', '--no-passphrase');
      await assert.rejects(contents(none.out));
      const noise = await told('noise', '--no-passphrase', '--jsonlog');
      assert.deepEqual(await contents(noise.out), await contents(whole));
      assert.ok(noise.log.split('\n').length > 400 && !noise.log.includes('"level":"fatal"'));
      await setFault(engine, undefined);
    });

    it('is uninstalled too slowly, or never', async () => {
      const args = ['uninstall-ucp', '--id', cluster];
      await setFault(engine, 'uninstallTooLong');
      await refused(/Uninstalling UCP took too long/, args);
      await engine.docker('service', 'rm', 'ucp-uninstall-agent');
      await setFault(engine, 'uninstallNeverEnds');
      const never = ucp(args);
      await waitFor(
        'the agents to be there',
        async () =>
          (await engine.docker('service', 'ls')).includes('ucp-uninstall-agent') || undefined,
        { timeoutMs: 180_000 },
      );
      await engine.docker('rm', '--force', 'ucp');
      await never;
      await engine.docker('service', 'rm', 'ucp-uninstall-agent');
      await setFault(engine, undefined);
      assert.equal(await isUcpInstalled(engine), true);
    });

    it('is restored where there is no swarm, with its rules', async () => {
      await well(['uninstall-ucp', '--id', cluster]);
      await engine.docker('swarm', 'leave', '--force');
      const input = { input: sealed };
      const open = ['restore', '--passphrase', PASSPHRASE];
      await refused(/--host-address is needed/, open, input);
      open.push('--host-address', engine.address);
      await refused(/Bad session key/, [...open, '--passphrase', 'another secret'], input);
      await refused(/--passphrase is needed/, ['restore', '--host-address', 'eth0'], input);
      const older = await importUcp(engine, '3.3.0');
      const mismatch = await runUcp(engine, older, open, input);
      assert.match(mismatch.log, /made by version 3\.8\.5, this is version 3\.3\.0/);
      await setFault(engine, 'restoreFailsHalfWay');
      await refused(/unable to restore etcd/, open, input);
      assert.equal(await isUcpInstalled(engine), false);
      await setFault(engine, 'unhealthy');
      cluster = (await engine.docker('info', '--format', '{{.Swarm.Cluster.ID}}')).trim();
      await well(['uninstall-ucp', '--id', cluster]);
      const { log } = await well([...open, '--san', 'new.example.com'], input);
      assert.match(log, /another swarm/);
      assert.equal(await ping(), '500 Internal Server Error');
      await setFault(engine, undefined);
      assert.equal(await ping(), '200 OK');
    });
  });

  async function decrypt(message: Buffer): Promise<Buffer> {
    const home = join(engine.folder, 'gnupg');
    await mkdir(home, { recursive: true });
    await chmod(home, 0o700);
    const [from, to] = [join(home, 'message'), join(home, 'clear')];
    await writeFile(from, message);
    await run('gpg', [
      ...['--homedir', home, '--batch', '--yes', '--pinentry-mode', 'loopback'],
      ...['--passphrase', PASSPHRASE, '--output', to, '--decrypt', from],
    ]);
    return readFile(to);
  }
});

async function ask(port: number): Promise<string> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = { host: '127.0.0.1', port, path: '/_ping', rejectUnauthorized: false };
    request(options, resolve).once('error', reject).end();
  });
  await text(answer);
  return `${answer.statusCode ?? 0} ${answer.statusMessage ?? ''}`;
}
