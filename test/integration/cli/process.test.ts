import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { ensureDebianPackage } from '../../../src/sandbox/parts/debian';
import { exists, repositoryRoot, temporaryFolder } from '../../../src/sandbox/parts/folders';
import { ensureGpg } from '../../../src/sandbox/parts/gpg';
import { silent } from '../../../src/sandbox/parts/log';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { seed } from '../../../src/sandbox/seed';
import { startFaultProxy } from '../../support/faultProxy';
import type { FaultProxy } from '../../support/faultProxy';
import { shapes } from './shapes';
import { CLI, Workplace } from './support';

const PASSPHRASE = 'correct horse battery staple';
const isSnapshot = (method: string, path: string) =>
  method === 'GET' && path.startsWith('/v1/snapshot');

describe('The command line as a process', function () {
  this.timeout(300_000);
  let consul: RunningConsul;
  let proxy: FaultProxy;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let places = 0;

  before(async () => {
    consul = await startConsul();
    proxy = await startFaultProxy(consul.address);
    folder = await temporaryFolder('cli');
    await seed(async (path, body) => {
      const { status } = await consul.request('PUT', path, { body });
      assert.equal(status, 200, path);
    });
  });
  after(async () => {
    await proxy.close();
    await consul.stop();
    await folder.remove();
  });
  beforeEach(async () => {
    proxy.inject(undefined);
    at = new Workplace(join(folder.path, String(++places)));
    await at.configure({ prod: { system: 'consul', address: proxy.address } });
  });

  const isWriting = () =>
    waitFor(
      'a partial file',
      async () => (await at.vaultFiles()).some((name) => name.includes('.partial')) || undefined,
      { timeoutMs: 60_000 },
    );

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`clears up and ends with 130 when ${signal} comes in the middle of a backup`, async () => {
      proxy.inject({ kind: 'stall', after: 3000 }, { when: isSnapshot });
      const { child, result } = at.start(['create', 'prod', '--json']);
      await isWriting();
      child.kill(signal);
      const { code, out, err } = await result;
      assert.equal(code, 130);
      assert.equal(out, '');
      assert.equal(shapes.errorLine.parse(JSON.parse(err)).category, 'cancelled');
      assert.deepEqual(await at.vaultFiles(), []);
      proxy.inject(undefined);
      const { activities } = shapes.activities.parse(await at.json(['activities']));
      assert.equal(activities[0]?.state, 'cancelled');
      assert.equal((await at.run(['create', 'prod'])).code, 0, 'no lock may be left');
    });
  }

  it('refuses a second backup of the same cluster with 3, and ends at once on a second signal', async () => {
    proxy.inject({ kind: 'stall', after: 3000 }, { when: isSnapshot });
    const { child, result } = at.start(['create', 'prod']);
    await isWriting();
    const second = await at.run(['create', 'prod']);
    assert.equal(second.code, 3);
    assert.match(second.err, /\[vault\.locked\]/);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    assert.equal((await result).code, 130);
  });

  it('fails with 1 and keeps nothing when the cluster is gone or cuts the answer', async () => {
    proxy.inject({ kind: 'cut', after: 3000 }, { when: isSnapshot });
    const cut = await at.run(['create', 'prod']);
    assert.equal(cut.code, 1, cut.err);
    await at.configure({ prod: { system: 'consul', address: 'http://127.0.0.1:1' } });
    const gone = await at.run(['create', 'prod']);
    assert.equal(gone.code, 1, gone.err);
    assert.deepEqual(await at.vaultFiles(), []);
  });

  it('takes an answer that ends early for damaged, whatever the status said', async () => {
    proxy.inject({ kind: 'end', after: 3000 }, { when: isSnapshot });
    const { code, err } = await at.run(['create', 'prod']);
    assert.notEqual(code, 0);
    assert.match(err, /\[(snapshot|consul|http)\.\w+\]/);
    assert.deepEqual(await at.vaultFiles(), []);
  });

  it('encrypts so that gpg decrypts, and asks no passphrase on a command line', async () => {
    const gpg = await ensureGpg();
    await at.configure({
      prod: {
        system: 'consul',
        address: proxy.address,
        encryption: { passphrase: { secret: 'backups' } },
      },
    });
    const env = { CLUSTER_BACKUP_SECRET_BACKUPS: PASSPHRASE };
    const missing = await at.run(['create', 'prod']);
    assert.equal(missing.code, 3);
    assert.match(missing.err, /Set CLUSTER_BACKUP_SECRET_BACKUPS/);
    const { backup } = shapes.create.parse(await at.json(['create', 'prod'], env));
    assert.match(backup.path, /\.snap\.gpg$/);
    assert.equal((await stat(backup.path)).mode & 0o077, 0);

    const home = join(at.folder, 'gnupg');
    await mkdir(home, { mode: 0o700 });
    const plain = join(at.folder, 'plain.snap');
    const flags = ['--homedir', home, '--batch', '--pinentry-mode', 'loopback'];
    await run(
      gpg,
      [...flags, '--passphrase-fd', '0', '--output', plain, '--decrypt', backup.path],
      { input: PASSPHRASE },
    );
    await run(consul.program, ['snapshot', 'inspect', plain]);

    // The backup by its id and by its path, the file when it has left the vault.
    for (const text of [backup.manifest.id, backup.path]) {
      assert.equal((await at.run(['verify', text], env)).code, 0);
    }
    const away = join(at.folder, 'away.snap.gpg');
    await rename(backup.path, away);
    const asked = await at.run(['verify', away]);
    assert.equal(asked.code, 3);
    assert.match(asked.err, /\[core\.needsPassphrase\]\nNext: .*--passphrase-env/);
    const flag = ['verify', away, '--passphrase-env', 'PASS'];
    assert.equal((await at.run(flag, { PASS: PASSPHRASE })).code, 0);
    const wrong = await at.run([...flag, '--verbose'], { PASS: 'another passphrase' });
    assert.equal(wrong.code, 3);
    assert.match(wrong.err, /\[openpgp\.wrongPassphrase\]/);
    assert.ok(!wrong.err.includes('another passphrase'));
  });

  it('asks on a terminal: the secret unseen, the name of the cluster typed, a bar for the progress', async () => {
    const script = await ensureDebianPackage('bsdutils', 'script', silent);
    await at.configure({
      prod: {
        system: 'consul',
        address: proxy.address,
        encryption: { passphrase: { secret: 'backups' } },
      },
    });
    const onTerminal = async (args: string[], answers: [RegExp, string][]) => {
      const command = [process.execPath, CLI, ...args].map((a) => `'${a}'`).join(' ');
      const child = spawn(script, ['-qec', command, '/dev/null'], {
        cwd: at.folder,
        env: { ...at.environment(), TERM: 'xterm', NO_COLOR: '' },
      });
      let text = '';
      let from = 0;
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
        const [next] = answers;
        if (next === undefined || !next[0].test(text.slice(from))) return;
        from = text.length;
        answers.shift();
        child.stdin.write(`${next[1]}\r`);
      });
      // A question nobody expected must not hold the test up.
      const patience = setTimeout(() => child.stdin.end('\x03\x03'), 120_000);
      const [code] = (await once(child, 'close')) as [number];
      clearTimeout(patience);
      return { code, text };
    };
    const secret: [RegExp, string] = [/Passphrase for backups of cluster "prod": /, PASSPHRASE];
    const made = await onTerminal(['create', 'prod'], [secret]);
    assert.equal(made.code, 0, made.text);
    assert.ok(!made.text.includes(PASSPHRASE));
    assert.ok(made.text.includes('\r\x1b[KBacking up  '), made.text);
    assert.match(made.text, /Backed up "prod"/);
    const [file = ''] = await at.vaultFiles();

    const confirm = /Type its name to confirm: /;
    const args = ['restore', file, '--to', 'prod', '--no-safety-backup'];
    const refused = await onTerminal(args, [secret, [confirm, 'pord']]);
    assert.equal(refused.code, 130, refused.text);
    const restored = await onTerminal(args, [secret, [confirm, 'prod']]);
    assert.equal(restored.code, 0, restored.text);
    assert.match(restored.text, /Restored "prod"/);
    // Ctrl-C at a question.
    const cancelled = await onTerminal(args, [[secret[0], '\x03']]);
    assert.equal(cancelled.code, 130, cancelled.text);
  });

  it('reads no configuration of the current folder by itself', async () => {
    const here = join(at.folder, 'repository');
    await mkdir(here);
    await writeFile(
      join(here, 'cluster-backup.jsonc'),
      JSON.stringify({ clusters: { other: { system: 'consul', address: proxy.address } } }),
    );
    const { result } = at.start(['create', 'other'], { cwd: here });
    const { code, err } = await result;
    assert.equal(code, 2);
    assert.match(err, /\[core\.unknownCluster\]\nNext: .*--config cluster-backup\.jsonc/);
    const named = at.start(['create', 'other', '--config', 'cluster-backup.jsonc'], { cwd: here });
    assert.equal((await named.result).code, 0);
  });

  it('works without stdin, stdout or stderr, and when the reader of a pipe leaves', async () => {
    const shell = (line: string) =>
      run('sh', ['-c', line], { cwd: at.folder, env: at.environment() });
    const cli = `'${process.execPath}' '${CLI}'`;
    await shell(`${cli} create prod <&-`);
    await shell(`${cli} create prod >&- 2>&-`);
    const code = await shell(
      `exec 4>&1; { ${cli} create prod; echo "code $?" >&4; } | { exec <&-; sleep 2; }`,
    );
    assert.equal(code, 'code 0\n');
    assert.equal(shapes.list.parse(await at.json(['list'])).backups.length, 3);
  });

  it('is packaged as dist/cli.js, which runs by itself', async () => {
    const script = join(repositoryRoot, 'dist', 'cli.js');
    assert.ok(await exists(script), 'Build first: node esbuild.mjs');
    assert.match(await readFile(script, 'utf8'), /^#!\/usr\/bin\/env node\n/);
    assert.equal((await stat(script)).mode & 0o111, 0o111);
    const packaged = new Workplace(at.folder, at.env, script);
    const { backup } = shapes.create.parse(await packaged.json(['create', 'prod']));
    shapes.verify.parse(await packaged.json(['verify', backup.manifest.id]));
    shapes.inspect.parse(await packaged.json(['inspect', backup.manifest.id, '--kvdetails']));
    const args = ['restore', backup.manifest.id, '--to', 'prod', '--yes'];
    assert.equal(shapes.restore.parse(await packaged.json(args)).restored, true);
    shapes.delete.parse(await packaged.json(['delete', backup.manifest.id, '--yes']));
    assert.equal((await packaged.run(['nope'])).code, 2);
  });
});
