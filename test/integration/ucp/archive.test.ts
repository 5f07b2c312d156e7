import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createOperations } from '../../../src/compose/operations';
import type { Operations } from '../../../src/compose/operations';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import type { RunContext } from '../../../src/core/ports';
import { ensureGpg } from '../../../src/sandbox/parts/gpg';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { smallCluster, swarmArchive, tarWith } from '../../support/snapshots/swarm';
import { ucpArchive, ucpMembers } from '../../support/snapshots/ucp';
import { encryptBytes, passphrase } from '../../unit/openpgp/fixtures';
import { Workplace } from '../cli/support';
import { makePlace, silentLog } from '../operations/support';
import type { Place } from '../operations/support';

const exec = promisify(execFile);

describe('backups of UCP and MKE, opened', function () {
  this.timeout(300_000);
  let place: Place;
  let home: string;
  let operations: Operations;
  let archive: Buffer;
  /** By name: the same backup, stored in each way. */
  const stored = new Map<string, Buffer>();
  const context: RunContext = {
    signal: new AbortController().signal,
    progress: () => undefined,
    log: silentLog,
    clock: { now: () => new Date() },
  };
  const write = async (name: string, bytes: Buffer): Promise<string> => {
    const path = join(place.folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const openPath = (path: string, decryption = {}) =>
    operations.ucpOpen({ source: { kind: 'file', path }, decryption }, context);
  const open = async (name: string, bytes: Buffer, decryption = {}) =>
    openPath(await write(name, bytes), decryption);

  before(async () => {
    place = await makePlace();
    operations = createOperations({
      activities: place.activities,
      state: join(place.folder, 'state'),
      by: 'test',
      env: {},
    });
    archive = await ucpArchive();
    const gpg = await ensureGpg();
    home = await mkdtemp(join(tmpdir(), 'gpg-'));
    await chmod(home, 0o700);
    await writeFile(join(home, 'pass'), passphrase);
    const plain = await write('plain', archive);
    const sealed = join(place.folder, 'sealed');
    // As the product does: a symmetric message, nothing compressed.
    await exec(
      gpg,
      ['--batch', '--yes', '--quiet', '--pinentry-mode', 'loopback', '--passphrase-file']
        .concat(join(home, 'pass'), '--s2k-count', '65536', '-z', '0')
        .concat('--output', sealed, '--symmetric', plain),
      { env: { ...process.env, GNUPGHOME: home } },
    );
    stored.set('plain.tar', archive);
    stored.set('noending', archive);
    stored.set('by-gpg.tar', await readFile(sealed));
    stored.set('by-us.tar.gpg', await encryptBytes(archive));
    stored.set('sealed', await readFile(sealed));
  });
  after(async () => {
    const env = { ...process.env, GNUPGHOME: home };
    await exec('gpgconf', ['--kill', 'all'], { env }).catch(() => undefined);
    await rm(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    await place.remove();
  });

  it('show the same, however they are stored', async () => {
    const plain = await open('plain.tar', archive);
    assert.equal(plain.error, undefined);
    assert.equal(plain.verification.result, 'ok');
    assert.equal(plain.volumes.length, 12);
    assert.equal(plain.certificates.length, 14);
    assert.equal(plain.rule.holds, true);
    assert.equal(plain.manifest, undefined);
    assert.equal(plain.product, undefined);
    const { report, volumes, certificates, rule } = plain;
    for (const [name, bytes] of stored) {
      const opened = await open(name, bytes, { passphrase });
      assert.equal(opened.encryption.kind, bytes === archive ? 'none' : 'passphrase', name);
      assert.deepEqual(
        [opened.report, opened.volumes, opened.certificates, opened.rule],
        [report, volumes, certificates, rule],
        name,
      );
    }
  });

  it('list their files, in any order, and find them', async () => {
    const { session } = await open('plain.tar', archive);
    const all = { session, from: 0, limit: Infinity };
    const top = await operations.ucpFiles({ ...all, path: '' }, context);
    assert.equal(top.total, 12);
    const [first] = top.rows;
    assert.deepEqual(
      [first?.name, first?.type, first?.files],
      ['ucp-auth-api-certs', 'directory', 3],
    );
    const keys = await operations.ucpFiles({ ...all, path: '', filter: 'KEY.PEM' }, context);
    const expected = ucpMembers().filter(({ name }) => name.endsWith('/key.pem'));
    assert.deepEqual(
      keys.rows.map(({ name }) => name),
      expected.map(({ name }) => name.slice(2)).sort(),
    );
    const sort = { by: 'size' as const, descending: true };
    const path = 'ucp-controller-server-certs';
    const sizes = (await operations.ucpFiles({ ...all, path, sort }, context)).rows;
    assert.deepEqual(
      sizes.map(({ name }) => name),
      ['cert.pem', 'ca.pem', 'key.pem'],
    );
    await operations.ucpClose({ session }, context);
    await assert.rejects(operations.ucpFiles({ ...all, path: '' }, context), {
      code: 'core.unknownBackup',
    });
  });

  it('show what could be read of a damaged one, and say what is wrong', async () => {
    const half = archive.length >> 1;
    const cut = await open('cut.tar', archive.subarray(0, half - (half % 512)));
    assert.equal(cut.error?.code, 'snapshot.truncated');
    assert.equal(cut.verification.result, 'damaged');
    assert.equal(cut.volumes.filter(({ whole }) => !whole).length, 1);
    assert.ok(cut.certificates.length > 0);
    const files = { session: cut.session, path: '', from: 0, limit: Infinity };
    assert.equal((await operations.ucpFiles(files, context)).total, cut.volumes.length);
    const sealed = stored.get('by-gpg.tar') ?? Buffer.alloc(0);
    const cutSealed = await open('cut.tar', sealed.subarray(0, -700), { passphrase });
    assert.equal(cutSealed.error?.code, 'openpgp.damaged');
    await assert.rejects(open('x.tar', sealed, { passphrase: 'wrong' }), {
      code: 'openpgp.wrongPassphrase',
    });
    await assert.rejects(open('x.tar', sealed), { code: 'core.needsPassphrase' });
    const swarm = await open('x.tar', await swarmArchive(await smallCluster()));
    assert.equal(swarm.error?.code, 'snapshot.notUcp');
    assert.deepEqual(swarm.volumes, []);
  });

  it('are verified whatever they are called', async () => {
    for (const [name, bytes] of stored) {
      const path = await write(name, bytes);
      const source = { kind: 'file' as const, path };
      const result = await operations.verify({ source, decryption: { passphrase } }, context);
      assert.equal(result.error, undefined, name);
      assert.equal(result.report.format, 'ucp', name);
    }
  });

  it('are adopted by a vault, which leaves alone what is something else', async () => {
    const folder = join(place.vault, 'prod');
    await mkdir(folder, { recursive: true });
    for (const [name, bytes] of stored) await writeFile(join(folder, name), bytes);
    const other = await tarWith([{ name: 'etc/hosts', content: 'x' }]);
    for (const name of ['other.tar', 'note']) await writeFile(join(folder, name), other);
    await copyFile(join(folder, 'sealed'), join(folder, 'mail.txt.gpg'));
    // What changed just now may still be copied.
    await sleep(2_500);
    const clusters = [{ name: 'prod', system: 'ucp' }];
    const { adopted } = await operations.tidyVault({ vault: place.vault, clusters }, context);
    assert.equal(adopted.length, stored.size);
    const backups = await openFolderVault(vaultOptions(place.vault, silentLog)).list();
    const shown = backups.map(({ manifest: m }) =>
      [m.file, m.format, m.system.kind, m.encryption.kind, m.verification?.result].join(' '),
    );
    const expected = [...stored].map(
      ([name, bytes]) => `${name} ucp ucp ${bytes === archive ? 'none ok' : 'passphrase '}`,
    );
    assert.deepEqual(shown.sort(), expected.sort());
    // The same file of a vault, opened as a file: the manifest beside it is its own.
    const path = join(folder, 'plain.tar');
    const { manifest } = await openPath(path);
    assert.deepEqual([manifest?.cluster, manifest?.origin.kind], ['prod', 'adopted']);
    await writeFile(path, Buffer.concat([archive, Buffer.alloc(512)]));
    assert.equal((await openPath(path)).error?.code, 'verify.storedSize');
  });

  it('take product, version and origin from the manifest', async () => {
    const vault = join(place.folder, 'kept');
    const path = join(vault, 'prod', 'a.ucp.tar');
    await mkdir(join(vault, 'prod'), { recursive: true });
    await writeFile(path, archive);
    await sleep(2_500);
    await operations.tidyVault({ vault, clusters: [{ name: 'prod', system: 'ucp' }] }, context);
    const beside = `${path}.manifest.json`;
    const told = {
      ...(JSON.parse(await readFile(beside, 'utf8')) as object),
      system: { kind: 'ucp', version: '3.2.5' },
      origin: { kind: 'manual' },
      source: { node: 'manager1' },
      label: 'nightly',
    };
    await writeFile(beside, JSON.stringify(told));
    const opened = await openPath(path);
    assert.equal(opened.product, 'Docker UCP 3.2.5');
    assert.deepEqual(opened.manifest?.source, { node: 'manager1' });
    assert.equal(opened.manifest.label, 'nightly');
    const { out } = await new Workplace(place.folder).run(['inspect', path]);
    assert.match(out, /Product +Docker UCP 3\.2\.5\n/);
    assert.match(out, /From node +manager1\n/);
    assert.match(out, /Label +nightly\n/);
    // One that belongs to another file says nothing of this one.
    await writeFile(beside, JSON.stringify({ ...told, file: 'b.ucp.tar' }));
    assert.equal((await openPath(path)).product, undefined);
  });

  it('of a hundred thousand files need no more memory than small ones', async () => {
    const child = join(__dirname, '../../support/snapshots/ucpChild.js');
    const [files, bytes] = [100_000, 300 << 20];
    const { stdout } = await exec(process.execPath, [child, String(files), String(bytes)]);
    const told = JSON.parse(stdout) as {
      counts: Record<string, number>;
      found: number;
      checkGrewMiB: number;
      indexGrewMiB: number;
    };
    const some = ucpMembers().filter(({ type }) => type === undefined).length;
    assert.equal(told.counts['File'], files + some + 1);
    assert.equal(told.counts['Certificate'], 1014);
    // 9, 90 to 99, and so on.
    assert.equal(told.found, 11_111);
    assert.ok(told.checkGrewMiB < 60, stdout);
    assert.ok(told.indexGrewMiB < 60, stdout);
  });

  describe('on the command line', () => {
    let at: Workplace;
    before(async () => {
      at = new Workplace(place.folder, { PW: passphrase });
      for (const [name, bytes] of stored) await write(name, bytes);
    });

    it('are printed for people and for machines, encrypted or not', async () => {
      for (const name of stored.keys()) {
        const { code, out, err } = await at.run(
          ['inspect', `./${name}`].concat('--passphrase-env', 'PW'),
        );
        assert.equal(code, 0, `${name}: ${err}`);
        for (const shown of [
          /Product +not known: the archive does not say\n/,
          /Holds +12 volumes, \d+ files, /,
          /Rule +holds \(UCP 3\.2 and later, MKE\): \d+ files of at least 27, the server's key is there/,
          /^ucp-controller-server-certs +3 +1\.\d+ kB$/m,
          /cert\.pem +OU=ucp, CN=ucp\.example\.org +ucp\.example\.org, manager1, 10\.0\.0\.1.* 2044-01-01 00:00:00Z in \d+ days$/m,
          /auth-api.* 2025-05-01 00:00:00Z EXPIRED \d+ days ago$/m,
        ]) {
          assert.match(out, shown, name);
        }
        assert.ok(!out.includes('PRIVATE KEY'));
      }
      for (const flags of [['--json'], ['--format', 'json']]) {
        const { code, out } = await at.run(['inspect', './plain.tar', ...flags]);
        assert.equal(code, 0);
        const document = JSON.parse(out) as {
          product: { id: string };
          volumes: { name: string; whole: boolean }[];
          certificates: { path: string; notAfter: string }[];
          rule: { holds: boolean };
        };
        assert.equal(document.product.id, 'ucp');
        assert.equal(document.volumes.length, 12);
        assert.equal(document.certificates[0]?.notAfter, '2025-05-01T00:00:00.000Z');
        assert.equal(document.rule.holds, true);
      }
    });

    it('say what is wrong, with a code and a next step', async () => {
      await write('cut.tar', archive.subarray(0, 20_000));
      await write('few.tar', await tarWith(ucpMembers().slice(0, 9)));
      await write('not.ucp.tar', await tarWith([{ name: 'etc/hosts', content: 'x' }]));
      await write('text.ucp.tar', Buffer.from('not a tar at all\n'.repeat(99)));
      const cases: [string, string[], number, string, RegExp][] = [
        ['cut short', ['./cut.tar'], 3, 'snapshot.truncated', /DAMAGED: only what could be/],
        ['unsound', ['./few.tar'], 3, 'snapshot.ucpUnsound', /DOES NOT HOLD[^]*NOT SOUND/],
        ['another tar', ['./not.ucp.tar'], 3, 'snapshot.notUcp', /DAMAGED/],
        ['no tar', ['./text.ucp.tar'], 3, 'snapshot.notUcp', /DAMAGED/],
        ['keys', ['./plain.tar', '--kvdetails'], 2, 'cli.usage', /^$/],
        [
          'a wrong passphrase',
          ['./by-gpg.tar', '--passphrase-env', 'WRONG'],
          ...([3, 'openpgp.wrongPassphrase', /^$/] as const),
        ],
        ['no passphrase', ['./by-gpg.tar'], 3, 'core.needsPassphrase', /^$/],
      ];
      for (const [what, args, exit, code, shown] of cases) {
        const result = await at.run(['inspect', ...args], { WRONG: 'not this one' });
        assert.ok(result.err.includes(`[${code}]`), `${what}: ${result.err}`);
        assert.equal(result.code, exit, `${what}: ${result.err}`);
        assert.match(result.out, shown, what);
        assert.match(result.err, /Next: \S/, what);
      }
    });
  });
});
