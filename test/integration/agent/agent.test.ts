import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { makeEngineCertificates } from '../../../src/sandbox/parts/dockerTls';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { silent } from '../../../src/sandbox/parts/log';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { startFaultProxy } from '../../support/faultProxy';
import type { FaultProxy } from '../../support/faultProxy';
import { shapes } from '../cli/shapes';
import { Workplace } from '../cli/support';
import { listed } from './listed';
import { PATIENCE, startAgent } from './runningAgent';
import type { RunningAgent } from './runningAgent';
import { startReceiver } from './receiver';
import type { Receiver } from './receiver';

const SECRET = 'T0-very-secret';

describe('The agent as a process', function () {
  this.timeout(400_000);
  let consul: RunningConsul;
  let proxy: FaultProxy;
  let receiver: Receiver;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let agent: RunningAgent | undefined;
  let places = 0;

  before(async () => {
    consul = await startConsul();
    proxy = await startFaultProxy(consul.address);
    folder = await temporaryFolder('agent');
  });
  after(async () => {
    await proxy.close();
    await consul.stop();
    await folder.remove();
  });
  beforeEach(async () => {
    proxy.inject(undefined);
    receiver = await startReceiver();
    at = new Workplace(join(folder.path, String(++places)));
  });
  afterEach(async () => {
    await agent?.end('SIGKILL');
    agent = undefined;
    await receiver.close();
  });

  const configure = (policy: Record<string, unknown>, more: Record<string, unknown> = {}) =>
    at.configure({ prod: { system: 'consul', address: proxy.address, policy }, ...more });
  const everySeconds = (seconds: number) => ({
    schedules: [{ interval: `${seconds}s`, count: 3 }],
  });
  const noting = (name: string) => ({
    command: [
      process.execPath,
      '-e',
      `require('node:fs').appendFileSync('noted', ['${name}', process.env.CLUSTER_BACKUP_EVENT, process.env.CLUSTER_BACKUP_CLUSTER, process.env.CLUSTER_BACKUP_BACKUP_ID || '-', process.env.CHAT || 'unset', process.env.CLUSTER_BACKUP_SECRET_STORED || 'unset'].join(' ') + '\\n'); console.log('hook ${name} saw the${receiver.origin}/${SECRET}')`,
    ],
  });
  const noted = async () =>
    (await readFile(join(at.folder, 'noted'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
  const backups = async () => listed.parse(await at.json(['list'])).backups;

  it('makes backups by itself, with hooks in their order, prunes, and tells its numbers', async () => {
    await configure({
      ...everySeconds(2),
      before: [noting('first'), noting('second')],
      after: [noting('third'), { webhook: { env: 'CHAT' } }],
    });
    const env = { CHAT: `${receiver.origin}/${SECRET}`, CLUSTER_BACKUP_SECRET_STORED: 'stored' };
    agent = startAgent(at, { env });
    const done = await receiver.event(`/${SECRET}`, 'done');
    assert.equal(done['cluster'], 'prod');
    assert.equal(done['schedule'], '2s');
    const lines = await noted();
    assert.deepEqual(lines.slice(0, 3), [
      'first before prod - unset unset',
      'second before prod - unset unset',
      `third done prod ${String(done['backupId'])} unset unset`,
    ]);
    await waitFor(
      'something to be pruned',
      async () => ((await agent?.metric('pruned_total')) ?? 0) > 0 || undefined,
      PATIENCE,
    );
    const runs = await agent.metric('runs_total', '{cluster="prod",result="done"}');
    assert.ok(runs !== undefined && runs >= 4, String(runs));
    assert.equal(await agent.metric('failures_in_a_row'), 0);
    const success = await agent.metric('last_success_timestamp_seconds');
    assert.ok(success !== undefined && Math.abs(success - Date.now() / 1000) < 60);
    const healthy = await agent.ask('/healthz');
    assert.equal(healthy.status, 200);
    assert.ok('prod' in (JSON.parse(healthy.text) as { clusters: object }).clusters);
    const { activities } = shapes.activities.parse(await at.json(['activities']));
    assert.ok(activities.length > 0);
    assert.ok(activities.every(({ by }) => by.endsWith('(agent)')));
    assert.ok(activities.some(({ kind, state }) => kind === 'backup' && state === 'done'));
    for (const { origin } of await backups().then((all) => all.map(({ manifest }) => manifest))) {
      assert.deepEqual(origin, { kind: 'schedule', schedule: '2s' });
    }
    assert.equal(await agent.end(), 0);
    assert.doesNotMatch(agent.said(), new RegExp(`${SECRET}|\\bstored\\b`));
    assert.match(agent.said(), /node: hook first saw \S+•••/);
  });

  it('tells of a failure and of its end, to whoever can be told, and never the address', async () => {
    await configure({});
    const tls = await makeEngineCertificates(at.folder, ['IP:127.0.0.1'], silent);
    const untrusted = await startReceiver({
      cert: await readFile(tls.server.certFile),
      key: await readFile(tls.server.keyFile),
    });
    try {
      const short = { timeout: '2s' };
      await configure({
        ...everySeconds(3),
        notices: [
          { webhook: `${receiver.origin}/failing`, ...short },
          { webhook: `${receiver.origin}/slow`, ...short },
          { webhook: `${receiver.origin}/redirect`, ...short },
          { webhook: { env: 'UNTRUSTED' }, ...short },
          { webhook: { secret: 'chat' } },
        ],
      });
      const env = {
        UNTRUSTED: `${untrusted.origin}/${SECRET}`,
        CLUSTER_BACKUP_SECRET_CHAT: `${receiver.origin}/${SECRET}`,
      };
      agent = startAgent(at, { env });
      await waitFor('a backup', async () => (await backups()).length > 0 || undefined, PATIENCE);
      await consul.stopServer(0);
      const failed = await receiver.event(`/${SECRET}`, 'failed');
      assert.match((failed['error'] as { code: string }).code, /^(http|consul)\./);
      await agent.says(/notice "failed": The webhook at \S+ answered with status 500/);
      await agent.says(/notice "failed": The webhook at \S+ did not answer within 2 seconds/);
      await agent.says(/notice "failed": The webhook at \S+ redirects/);
      await agent.says(
        /notice "failed": The webhook at https:\S+ shows a certificate that no known CA signed/,
      );
      assert.ok(((await agent.metric('failures_in_a_row')) ?? 0) > 0);
      assert.equal((await agent.ask('/healthz')).status, 200);
      await consul.startServer(0);
      await consul.waitForLeader();
      await receiver.event(`/${SECRET}`, 'recovered');
      assert.equal(await agent.metric('failures_in_a_row'), 0);
      assert.equal(untrusted.told.length, 0);
      assert.ok(receiver.told.every(({ path }) => path !== '/elsewhere'));
      assert.equal(await agent.end(), 0);
      assert.doesNotMatch(agent.said(), new RegExp(SECRET));
    } finally {
      await untrusted.close();
    }
  });

  it('trusts a CA that its environment names', async () => {
    await configure({});
    const tls = await makeEngineCertificates(at.folder, ['IP:127.0.0.1'], silent);
    const trusted = await startReceiver({
      cert: await readFile(tls.server.certFile),
      key: await readFile(tls.server.keyFile),
    });
    try {
      await configure({ ...everySeconds(2), after: [{ webhook: `${trusted.origin}/ca` }] });
      agent = startAgent(at, { env: { NODE_EXTRA_CA_CERTS: tls.caFile } });
      await trusted.event('/ca', 'done');
    } finally {
      await trusted.close();
    }
  });

  it('makes no backup where a hook before it fails, and says why', async () => {
    await configure({
      ...everySeconds(2),
      before: [{ command: [process.execPath, '-e', 'process.exit(7)'] }],
      notices: [{ webhook: `${receiver.origin}/told` }],
    });
    agent = startAgent(at);
    const failed = await receiver.event('/told', 'failed');
    assert.equal((failed['error'] as { code: string }).code, 'agent.hookFailed');
    assert.deepEqual(await backups(), []);
    assert.equal(await agent.end(), 0);
  });

  it('follows its configuration: a cluster more, a mistake, a signal', async () => {
    await configure({ manualCount: 3 });
    agent = startAgent(at);
    await agent.says(/prod: no schedules/);
    await configure(everySeconds(2));
    await waitFor('a backup', async () => (await backups()).length > 0 || undefined, PATIENCE);
    await writeFile(at.config, '{ "clusters": [');
    agent.child.kill('SIGHUP');
    await agent.says(/error The configuration can't be read: .*\[config\.invalid\]/);
    const before = await agent.metric('runs_total', '{cluster="prod",result="done"}');
    await waitFor(
      'a further backup by what was read before',
      async () =>
        ((await agent?.metric('runs_total', '{cluster="prod",result="done"}')) ?? 0) >
          (before ?? 0) || undefined,
      PATIENCE,
    );
    await configure({ manualCount: 3 }, { other: { system: 'nonsense' } });
    agent.child.kill('SIGHUP');
    await agent.says(/The configuration can be read again/);
    await agent.says(/warn {2}\S+: Cluster "other" needs a "system"/);
    assert.equal(agent.child.exitCode, null);
  });

  it('says at its start which secrets are missing, and looks after the others', async () => {
    await configure(everySeconds(2), {
      locked: {
        system: 'consul',
        address: proxy.address,
        token: { secret: 'locked.token' },
        policy: { ...everySeconds(2), notices: [{ webhook: { env: 'CHAT' } }] },
      },
    });
    agent = startAgent(at);
    await agent.says(/warn {2}locked: .*token.*CLUSTER_BACKUP_SECRET_LOCKED_TOKEN/);
    await agent.says(/warn {2}locked: .*webhook.*Set CHAT/);
    await waitFor('a backup', async () => (await backups()).length > 0 || undefined, PATIENCE);
  });

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`leaves the vault clean when ${signal} comes in the middle of a backup`, async () => {
      proxy.inject(
        { kind: 'stall', after: 300 },
        { when: (method, path) => method === 'GET' && path.startsWith('/v1/snapshot') },
      );
      await configure(everySeconds(2));
      agent = startAgent(at);
      await waitFor(
        'a partial file',
        async () => (await at.vaultFiles()).some((name) => name.includes('.partial')) || undefined,
        PATIENCE,
      );
      assert.equal(await agent.metric('running'), 1);
      assert.equal(await agent.end(signal), 0);
      assert.deepEqual(await at.vaultFiles(), []);
      proxy.inject(undefined);
      assert.equal((await at.run(['create', 'prod'])).code, 0, 'no lock may be left');
      const { activities } = shapes.activities.parse(await at.json(['activities']));
      assert.ok(activities.some(({ state }) => state === 'cancelled'));
    });
  }

  it('ends with what to do where its address is in use, and without a configuration', async () => {
    await configure({ manualCount: 3 });
    agent = startAgent(at);
    const [, address = ''] = await agent.says(/Metrics and health: http:\/\/(\S+)/);
    const second = await at.run(['agent', '--listen', address]);
    assert.equal(second.code, 1);
    assert.match(second.err, /\[agent\.addressInUse\]\nNext: .*--no-listen/);
    assert.match(
      (await at.run(['agent', '--help'])).out,
      /--listen [^]*default:\s+127\.0\.0\.1:9745/,
    );
    const without = await at.run(['agent', '--config', 'nowhere.jsonc']);
    assert.equal(without.code, 2);
    assert.match(without.err, /\[cli\.noConfiguration\]/);
    const wrong = await at.run(['agent', '--listen', '9745']);
    assert.equal(wrong.code, 2);
  });

  it('warns where others than this machine can read it, and only there', async () => {
    const WARNING = /warn {2}Whoever reaches this address reads the names of clusters/;
    await configure({ manualCount: 3 });
    agent = startAgent(at, { args: ['--listen', '0.0.0.0:0'] });
    const [, port = ''] = await agent.says(/Metrics and health: http:\/\/0\.0\.0\.0:(\d+)/);
    await agent.says(WARNING);
    // What stands behind the port is reached from outside by any name.
    const reply = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.equal(reply.status, 200);
    assert.equal(await agent.end(), 0);
    agent = startAgent(at);
    // Said after the warning would be.
    await agent.says(/prod: no schedules/);
    assert.doesNotMatch(agent.said(), WARNING);
  });
});
