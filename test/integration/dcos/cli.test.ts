import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { waitFor } from '../../../src/sandbox/parts/wait';
import type { DcosSettings, DcosStandIn } from '../../standins/dcos/contract';
import { startDcosStandIn } from '../../standins/dcos/server';
import { hostedShapes, shapes } from '../cli/shapes';
import { Workplace } from '../cli/support';
import { CREATE, DELETE, LOOK, RESTORE } from './site';

describe('The command line against the stand-in of DC/OS', function () {
  this.timeout(400_000);
  let server: DcosStandIn;
  let settings: DcosSettings;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let places = 0;
  /** All that was printed. */
  let said = '';

  before(async () => {
    server = await startDcosStandIn({ tls: true });
    settings = structuredClone(server.settings);
    folder = await temporaryFolder('cli-dcos');
  });
  after(async () => {
    await server.close();
    await folder.remove();
  });
  beforeEach(async () => {
    server.clear();
    server.spoil(undefined);
    server.spoilBackups(undefined);
    server.spoilRestores(undefined);
    Object.assign(server.settings, structuredClone(settings));
    const { address, caFile, admin } = server;
    at = new Workplace(join(folder.path, String(++places)), { DCOS_PW: admin.password });
    const login = { user: admin.user, password: { env: 'DCOS_PW' } };
    const entry = { system: 'dcos', address, caFile, ...login };
    await at.configure({ prod: entry, hasty: { ...entry, timeouts: { silence: 1 } } });
  });

  const call = async (args: string[], code = 0, env: Record<string, string> = {}) => {
    const result = await at.run([...args, '--verbose'], env);
    said += result.out + result.err;
    assert.equal(result.code, code, `${args.join(' ')}: ${result.err}`);
    return result;
  };
  const json = async (args: string[], code = 0): Promise<unknown> =>
    JSON.parse((await call([...args, '--json'], code)).out);
  const count = (line: RegExp) =>
    server.requests.filter(({ method, path }) => line.test(`${method} ${path}`)).length;
  const until = (what: string, isSo: () => boolean) =>
    waitFor(what, () => Promise.resolve(isSo() || undefined), { timeoutMs: 60_000, everyMs: 20 });
  const create = async (label: string) =>
    hostedShapes.create.parse(await json(['create', 'prod', '--label', label])).hosted;

  it('says what a backup does, makes one, lists, filters and shows it', async () => {
    const { plan } = hostedShapes.createPlan.parse(await json(['create', 'prod', '--dry-run']));
    const codes = plan.items.map(({ code }) => code);
    for (const code of ['dcos.marathonRestarts', 'dcos.covers', 'dcos.staysThere']) {
      assert.ok(codes.includes(code), codes.join());
    }
    assert.equal(count(CREATE), 0);
    await call(['create', 'prod', '--label', '.ab'], 2);
    assert.equal(count(CREATE), 0);

    const made = await create('nightly');
    assert.deepEqual([made.name, made.state, made.stateText], ['nightly', 'ready', 'STATUS_READY']);
    const { out, err } = await call(['create', 'prod', '--label', 'weekly']);
    assert.match(out, /^Backed up "prod": weekly-[0-9a-f-]{36}, ready\n/);
    assert.match(err, /Marathon restarts/);
    assert.match(err, /Running tasks go on/);
    assert.match(err, /Covers: Only Marathon’s state/);
    assert.deepEqual(await at.vaultFiles(), []);

    const list = async (...args: string[]) =>
      hostedShapes.list
        .parse(await json(['hosted', 'list', 'prod', ...args]))
        .hosted.map(({ name }) => name);
    assert.deepEqual(await list(), ['weekly', 'nightly']);
    assert.deepEqual(await list('--label', 'night'), ['nightly']);
    assert.deepEqual(await list('--state', 'failed'), []);

    const shown = hostedShapes.show.parse(await json(['hosted', 'show', 'prod', 'nightly']));
    assert.deepEqual(shown.hosted, made);
    const text = (await call(['hosted', 'show', 'prod', made.id.slice(0, 12)])).out;
    assert.match(text, new RegExp(`^ID +${made.id}$`, 'm'));
    assert.match(text, /^DC\/OS version +2\.1$/m);
    assert.match(text, /^Timestamp +\S+\.\d{9}Z$/m);
    assert.match(text, /^marathon +ready \(STATUS_READY\)/m);
    await call(['hosted', 'show', 'prod', 'no-such-backup'], 2);
  });

  it('plans a restore, and carries it out once it is confirmed, with the state before kept', async () => {
    const before = structuredClone(server.groups);
    const { id } = await create('good-day');
    server.groups = { id: '/', apps: [{ id: '/late' }] };
    const dry = hostedShapes.restore.parse(
      await json(['hosted', 'restore', 'prod', id, '--dry-run']),
    );
    assert.deepEqual([dry.restored, dry.plan.possible, dry.plan.safetyBackup], [false, true, true]);
    const killed = dry.plan.items.find(({ code }) => code === 'dcos.tasksKilled');
    assert.equal(killed?.destructive, true);
    const { err } = await call(['hosted', 'restore', 'prod', id], 2);
    assert.match(err, /\[cli\.confirmationNeeded\]/);
    assert.equal(count(RESTORE), 0);

    const done = hostedShapes.restore.parse(await json(['hosted', 'restore', 'prod', id, '--yes']));
    assert.equal(done.restored, true);
    assert.match(done.safetyBackup ?? '', /^before-restore-/);
    assert.equal(done.hosted?.restores?.[0]?.state, 'ready');
    assert.deepEqual(server.groups, before);
    assert.equal(count(RESTORE), 1);

    const without = ['hosted', 'restore', 'prod', id, '--yes', '--no-safety-backup'];
    const again = await call(without);
    assert.match(again.out, /NO safety backup is made/);
    assert.match(again.out, /Restored "prod" from good-day\./);
    assert.equal(count(CREATE), 2);
    const { out } = await call(['hosted', 'show', 'prod', id]);
    assert.match(out, /^Restore +at an unknown time$/m);
  });

  it('deletes what is confirmed, and only that', async () => {
    const other = server.keep('night-long');
    const id = server.keep('night');
    const dry = hostedShapes.delete.parse(
      await json(['hosted', 'delete', 'prod', 'night', '--dry-run']),
    );
    assert.deepEqual([dry.deleted, dry.plan.backup.id], [false, id]);
    assert.match(
      (await call(['hosted', 'delete', 'prod', id], 2)).err,
      /\[cli\.confirmationNeeded\]/,
    );
    assert.equal(count(DELETE), 0);
    const done = hostedShapes.delete.parse(
      await json(['hosted', 'delete', 'prod', 'night', '--yes']),
    );
    assert.equal(done.deleted, true);
    assert.deepEqual(
      server.backups.map((one) => one.id),
      [other],
    );
    const last = hostedShapes.delete.parse(
      await json(['hosted', 'delete', 'prod', other, '--dry-run']),
    );
    assert.deepEqual(
      last.plan.items.map(({ code }) => code),
      ['dcos.lastBackup'],
    );
  });

  it('tells the cause of a failure as the service does, and ends with 1; with 3 where it may not', async () => {
    server.spoilBackups({ kind: 'fails', reason: 'no space left on device' });
    const failed = await call(['create', 'prod', '--label', 'broken', '--json'], 1);
    const told = failed.err.split('\n').filter((text) => text.includes('"type":"error"'));
    const error = shapes.errorLine.parse(JSON.parse(told[0] ?? ''));
    assert.equal(error.code, 'dcos.backupFailed');
    assert.match(error.message, /marathon: no space left on device/);
    const shown = hostedShapes.show.parse(await json(['hosted', 'show', 'prod', 'broken']));
    assert.equal(shown.hosted.error, 'marathon: no space left on device');
    assert.equal(shown.hosted.parts?.[0]?.error, 'no space left on device');
    const listed = await call(['hosted', 'list', 'prod']);
    assert.match(listed.err, /marathon of broken failed: no space left on device/);
    const refused = await call(['hosted', 'restore', 'prod', 'broken', '--yes'], 3);
    assert.match(refused.err, /\[core\.notRestorable\]/);

    server.spoilBackups({ kind: 'stuck' });
    const stuck = await call(['create', 'hasty', '--label', 'stuck-one'], 1);
    assert.match(stuck.err, /nothing but STATUS_BACKING_UP.*\[dcos\.silent\]/s);
    assert.match((await call(['create', 'prod'], 3)).err, /making the backup stuck-one-/);
    const { err } = await call(['hosted', 'list', 'prod'], 3, { DCOS_PW: 'a wrong password' });
    assert.match(err, /\[dcos\.badLogin\]/);
    assert.ok(!err.includes('a wrong password'));
  });

  it('exports Marathon’s groups into the vault, and compares them with the live ones', async () => {
    const made = await call(['create', 'prod', '--mode', 'export', '--label', 'groups']);
    assert.match(made.out, /^Exported "prod"/);
    assert.equal(count(CREATE), 0);
    const [file = ''] = (await at.vaultFiles()).filter((name) => name.endsWith('.marathon.json'));
    assert.ok(file, 'no export lies in the vault');
    const { backups } = shapes.list.parse(await json(['list', 'prod']));
    const id = backups[0]?.manifest.id ?? '';
    await call(['verify', id]);
    await call(['compare', id, 'marathonGroup//', '--to', 'prod']);
    server.groups.apps = [{ id: '/new', cmd: 'sleep 1' }];
    const { out } = await call(['compare', id, 'marathonGroup//', '--to', 'prod'], 1);
    assert.match(out, /^\+.*sleep 1/m);
  });

  it('works on a cluster once at a time; who comes second is told', async () => {
    server.settings.backup = { looks: 100, milliseconds: 0 };
    const first = at.start(['create', 'prod', '--label', 'first-one']);
    await until('it to be looked at', () => count(LOOK) > 0);
    const { err } = await call(['create', 'prod', '--label', 'second-one'], 3);
    assert.match(err, /\[(vault\.locked|cli\.backupBlocked)\]/);
    server.settings.backup = { looks: 0, milliseconds: 0 };
    first.child.kill('SIGINT');
    const cancelled = await first.result;
    assert.equal(cancelled.code, 130, cancelled.err);
    assert.match(cancelled.err, /the backup first-one is not followed any more/);
    assert.equal(count(CREATE), 1);
  });

  for (const [name, args, line] of [
    ['a backup', ['create', 'prod', '--label', 'cut-off'], CREATE],
    [
      'a restore',
      ['hosted', 'restore', 'prod', 'good-day', '--yes', '--no-safety-backup'],
      RESTORE,
    ],
  ] as const) {
    it(`killed in the middle of ${name}: nothing is asked for twice, and the next run says how it is`, async () => {
      server.keep('good-day');
      server.settings.backup = server.settings.restore = { looks: 6, milliseconds: 0 };
      const { child, result } = at.start([...args]);
      const before = count(LOOK);
      await until('it to be begun', () => count(line) > 0);
      await until('it to be looked at', () => count(LOOK) > before);
      child.kill('SIGKILL');
      await result;
      // The service is still at it, and that is what stops the next one: no lock of ours.
      const busy = await call(['create', 'prod', '--label', 'after-it'], 3);
      assert.match(busy.err, /making the backup cut-off-|restoring the backup good-day-/);
      await waitFor(
        'the service to be done',
        async () => {
          const { hosted } = hostedShapes.list.parse(await json(['hosted', 'list', 'prod']));
          const open = (state: string) => state === 'inProgress' || state === 'restoring';
          return (
            hosted.every((one) => !open(one.state) && !one.restores?.some((r) => open(r.state))) ||
            undefined
          );
        },
        { timeoutMs: 100_000, everyMs: 50 },
      );
      assert.equal(count(line), 1);
      await waitFor(
        'the journal to say that it was cut off',
        async () => {
          const { activities } = shapes.activities.parse(await json(['activities']));
          return activities.some(({ state }) => state === 'interrupted') || undefined;
        },
        { timeoutMs: 100_000, everyMs: 500 },
      );
      server.settings.backup = { looks: 0, milliseconds: 0 };
      assert.equal((await create('after-it')).state, 'ready');
    });
  }

  // Comes after the others, which its place outside of a block would not.
  describe('afterwards', () => {
    it('leaves no password, no token and no key in what was printed, nor in any file', async () => {
      const files = await readdir(folder.path, { recursive: true, withFileTypes: true });
      const texts = await Promise.all(
        files
          .filter((file) => file.isFile())
          .map((file) => readFile(join(file.parentPath, file.name), 'utf8')),
      );
      assert.ok(said.length > 1000 && texts.length > 5);
      for (const text of [said, ...texts]) {
        assert.ok(!text.includes(server.admin.password));
        assert.doesNotMatch(text, /eyJ[\w-]+\.[\w-]+\./);
      }
    });
  });
});
