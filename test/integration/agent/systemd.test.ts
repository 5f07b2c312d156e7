import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { vaultOptions } from '../../../src/compose/vaultOptions';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { exists, repositoryRoot, temporaryFolder } from '../../../src/sandbox/parts/folders';
import { httpRequest } from '../../../src/sandbox/parts/http';
import { freePort } from '../../../src/sandbox/parts/ports';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { parseMetrics } from '../../unit/agent/exposition';
import { openFolderVault } from '../../../src/vaults/folder/folderVault';
import { startFaultProxy } from '../../support/faultProxy';
import type { FaultProxy } from '../../support/faultProxy';
import { startSystemdMachine } from '../../support/systemdMachine';
import type { SystemdMachine } from '../../support/systemdMachine';
import { Workplace } from '../cli/support';
import { shapes } from '../cli/shapes';
import { silentLog } from '../operations/support';
import { PATIENCE } from './runningAgent';

const TOKEN = '3c0d4b51-7a7e-4f0c-9a53-6f0e2b1d7c94';
const SECRET = 'CLUSTER_BACKUP_SECRET_PROD_TOKEN';
const UNIT = 'cluster-backup-agent';
/** An account that every Debian has, and that may do nothing special. */
const ACCOUNT = { name: 'daemon', id: 1 };
/** Where things lie on the machine of systemd. */
const THERE = { node: '/srv/node', program: '/srv/program', place: '/srv/place' };
/** Its folder is the account's own: nothing but the unit forbids to write there. */
const HOOK =
  'echo yes > home/state/inside; echo yes > beside-the-vault || echo no > home/state/refused; ' +
  'echo yes > home/state/through';

describe('The agent as a service of systemd', function () {
  this.timeout(600_000);
  const ends: (() => Promise<void>)[] = [];
  let proxy: FaultProxy;
  let machine: SystemdMachine;
  let at: Workplace;
  let port: number;

  before(async () => {
    const folder = await temporaryFolder('systemd');
    ends.push(() => folder.remove());
    const consul = await startConsul({ acl: { masterToken: TOKEN } });
    ends.push(() => consul.stop());
    proxy = await startFaultProxy(consul.address);
    ends.push(() => proxy.close());
    port = await freePort();
    const here = { program: join(folder.path, 'program'), place: join(folder.path, 'place') };
    // For every account, however this clone was made.
    const copy = 'umask 022; cp -r --no-preserve=mode "$1" "$2"';
    await run('sh', ['-ec', copy, 'copy', join(repositoryRoot, 'dist'), here.program]);
    at = new Workplace(here.place, { [SECRET]: TOKEN });
    await at.configure({
      prod: {
        system: 'consul',
        address: proxy.address,
        token: { secret: 'prod.token' },
        policy: {
          schedules: [{ interval: '3s', count: 5 }],
          after: [{ command: ['sh', '-c', HOOK] }],
        },
      },
    });
    machine = await startSystemdMachine({
      [process.execPath]: THERE.node,
      [here.program]: THERE.program,
      [here.place]: THERE.place,
    });
    ends.push(() => machine.stop());
  });
  after(async () => {
    for (const end of ends.reverse()) await end();
  });

  afterEach(async function () {
    if (this.currentTest?.state === 'failed') console.log(await machine.journal());
  });

  const inShell = (script: string, ...args: string[]) =>
    machine.run('sh', '-ec', script, 'sh', ...args);

  /** Prints a unit there and does what its comments say. */
  const install = async (...args: string[]): Promise<string> => {
    const unit = await machine.run(
      ...(['env', `CLUSTER_BACKUP_HOME=${THERE.place}/home`, THERE.node] as const),
      ...[`${THERE.program}/cli.js`, 'agent', 'unit', 'systemd', ...args],
      ...['--config', `${THERE.place}/clusters.jsonc`, '--listen', `127.0.0.1:${port}`],
    );
    assert.ok(!unit.includes(TOKEN));
    await inShell(`printf %s "$1" > /etc/systemd/system/${UNIT}.service`, unit);
    const folders = unit.split('\n').flatMap((line) => /^# {8}(\/.*)$/.exec(line)?.[1] ?? []);
    assert.equal(folders.length, 3, unit);
    await machine.run('mkdir', '-p', ...folders);
    return unit;
  };
  const property = async (name: string): Promise<string> =>
    (await machine.run('systemctl', 'show', '--value', `--property=${name}`, UNIT)).trim();
  const done = async (): Promise<number> => {
    const { body } = await httpRequest(`http://127.0.0.1:${port}/metrics`);
    const { samples } = parseMetrics(body.toString());
    return samples.get('cluster_backup_runs_total{cluster="prod",result="done"}') ?? 0;
  };
  const aBackup = () =>
    waitFor('a backup', async () => ((await done()) > 0 ? true : undefined), PATIENCE);
  const inTheMiddle = async () => {
    proxy.inject(
      { kind: 'stall', after: 2000 },
      { when: (method, path) => method === 'GET' && path.startsWith('/v1/snapshot') },
    );
    await waitFor('a backup under way', async () => (await partials()).length > 0 || undefined, {
      ...PATIENCE,
    });
  };
  const state = (name: string) => join(at.folder, 'home', 'state', name);
  const partials = async () => (await at.vaultFiles()).filter((name) => name.includes('.partial'));

  it('is started, and makes backups in spite of all that the unit forbids', async () => {
    const unit = await install('--run-as', ACCOUNT.name);
    await machine.run('chown', '-R', ACCOUNT.name, THERE.place);
    await inShell(
      `umask 077; mkdir -p /etc/cluster-backup; printf '%s=%s\\n' "$1" "$2" > /etc/cluster-backup/agent.env`,
      ...[SECRET, TOKEN],
    );
    await machine.run('systemctl', 'daemon-reload');
    await machine.run('systemctl', 'enable', '--now', UNIT);
    await aBackup();
    const status = await machine.run('systemctl', '--no-pager', 'status', UNIT);
    assert.match(status, /Active: active \(running\)/);
    assert.match(await machine.journal(), /Metrics and health: http/);
    assert.ok(!`${status}${await machine.journal()}`.includes(TOKEN));

    const pid = await property('MainPID');
    assert.equal(await machine.run('stat', '-c', '%U', `/proc/${pid}`), `${ACCOUNT.name}\n`);
    const backups = await openFolderVault(vaultOptions(at.vault, silentLog)).list('prod');
    const paths = backups.map(({ path }) => path).sort();
    const file = await stat(paths.at(-1) ?? '');
    assert.equal(file.uid, ACCOUNT.id);
    assert.equal(file.mode & 0o777, 0o600);
    const { activities } = shapes.activities.parse(await at.json(['activities']));
    assert.ok(activities.some(({ kind, state }) => kind === 'backup' && state === 'done'));

    // A hook may write where the agent may, and nowhere else.
    await waitFor('the hook', async () => (await exists(state('through'))) || undefined, PATIENCE);
    assert.ok(await exists(state('inside')));
    assert.ok(await exists(state('refused')));
    assert.ok(!(await exists(join(at.folder, 'beside-the-vault'))));
    assert.match(unit, /^ProtectSystem=strict$/m);
  });

  it('is started again after it was killed in the middle of a backup, and clears up', async () => {
    await inTheMiddle();
    const killed = await property('MainPID');
    await machine.run('systemctl', 'kill', '--signal=SIGKILL', UNIT);
    proxy.inject(undefined);
    await waitFor(
      'it to be started again',
      async () => {
        const [pid, active] = [await property('MainPID'), await property('ActiveState')];
        return (active === 'active' && pid !== '0' && pid !== killed) || undefined;
      },
      PATIENCE,
    );
    assert.equal(await property('NRestarts'), '1');
    await aBackup();
    const { activities } = shapes.activities.parse(await at.json(['activities']));
    assert.ok(activities.some(({ kind, state: s }) => kind === 'backup' && s === 'interrupted'));
  });

  it('ends when it is stopped in the middle of a backup, and leaves nothing half', async () => {
    await inTheMiddle();
    await machine.run('systemctl', 'stop', UNIT);
    proxy.inject(undefined);
    assert.equal(await property('ActiveState'), 'inactive');
    assert.equal(await property('Result'), 'success', 'not ended by force');
    assert.equal(await property('ExecMainStatus'), '0');
    assert.deepEqual(await partials(), []);
    assert.match((await machine.journal()).trimEnd(), /The agent has ended/);
  });

  it('takes its secrets from credentials, and as root writes to the vault of another account', async () => {
    await install('--credentials', '--run-as', 'root');
    await inShell(
      `umask 077; mkdir -p /etc/cluster-backup/secrets; printf %s "$2" > "/etc/cluster-backup/secrets/$1"`,
      ...[SECRET, TOKEN],
    );
    await machine.run('rm', '/etc/cluster-backup/agent.env');
    await machine.run('systemctl', 'daemon-reload');
    await machine.run('systemctl', 'start', UNIT);
    await aBackup();
    await machine.run('systemctl', 'stop', UNIT);
    assert.equal(await property('Result'), 'success');
  });
});
