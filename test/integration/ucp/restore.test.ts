import assert from 'node:assert/strict';
import type { SourceRef } from '../../../src/compose/parts';
import { isClusterBackupError } from '../../../src/core/errors';
import type { ClusterBackupError } from '../../../src/core/errors';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { run } from '../../../src/sandbox/parts/processes';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { importUcp, installUcp, isUcpInstalled, setFault } from '../../standins/ucp/image';
import {
  blockersOf,
  lineOf,
  RestoreSite,
  runsLeft,
  volumeSums,
} from '../../support/ucp/restoreSite';
import type { StoredBackup } from '../../support/ucp/restoreSite';
import { makePlace } from '../operations/support';
import type { Place } from '../operations/support';

const VERSION = '3.2.6';
const IMAGE = `docker/ucp:${VERSION}`;
const UNINSTALL = { answers: { uninstall: VERSION } };

describe('A restore of UCP into the stand-in', function () {
  this.timeout(300_000);

  let engine: RunningEngine;
  let place: Place;
  let site: RestoreSite;
  let backup: StoredBackup;
  let sums: string;

  before(async () => {
    [engine, place] = await Promise.all([startEngine({ hostname: 'node1' }), makePlace()]);
    await installUcp(engine, VERSION);
    site = new RestoreSite(place, [engine]);
    sums = await volumeSums(engine, IMAGE);
    backup = await site.backUp();
  });
  after(async () => {
    await site.lab.stop();
    await engine.stop();
    await place.remove();
  });
  afterEach(async () => {
    await setFault(engine, undefined);
    assert.equal(await runsLeft(engine), '');
  });

  const fails = async (promise: Promise<unknown>, code: string): Promise<ClusterBackupError> => {
    const error: unknown = await promise.then(
      () => assert.fail(`it went well, and ${code} was expected`),
      (reason: unknown) => reason,
    );
    assert.ok(isClusterBackupError(error), String(error));
    assert.equal(error.code, code, error.message);
    return error;
  };
  /** Takes the product away, as the person may have done. */
  const remove = async (): Promise<void> => {
    const names = await engine.docker('ps', '-aq', '--filter', 'name=^ucp-');
    const containers = names.split('\n').filter(Boolean);
    if (containers.length > 0) await engine.docker('rm', '-f', ...containers);
    const volumes = await engine.docker('volume', 'ls', '-q');
    const own = volumes.split('\n').filter((name) => /^ucp-(?!stand-in)/.test(name));
    if (own.length > 0) await engine.docker('volume', 'rm', ...own);
  };

  /** Files of this person and of the vault that hold these words. */
  const filesWith = (text: string): Promise<string> =>
    run('sh', ['-c', 'grep -rlF -e "$1" "$2" || [ $? -eq 1 ]', 'sh', text, place.folder]);

  it('uninstalls first where that was said, after a safety backup, and brings all back', async () => {
    const blocked = await site.plan(backup, { safetyBackup: true });
    assert.deepEqual(blockersOf(blocked), ['ucp.installed']);
    assert.equal(blocked.possible, false);
    // Written after the backup: it must be gone afterwards.
    await engine.docker(
      ...['run', '--rm', '-v', 'ucp-kv:/v', '--entrypoint', '/bin/sh', IMAGE],
      ...['-c', 'echo later >/v/later'],
    );
    const told = { phases: [], log: [] };
    const wish = { choices: UNINSTALL, safetyBackup: true, told };
    const { plan, result } = await site.restore(backup, wish);
    assert.equal(lineOf(plan, 'ucp.uninstall').destructive, true);
    assert.equal(lineOf(plan, 'ucp.sameSwarm').severity, 'info');
    assert.ok(result.safetyBackup);
    assert.deepEqual(result.checks, [{ name: 'Healthy managers', expected: 1, found: 1 }]);
    assert.equal(await volumeSums(engine, IMAGE), sums);
    const phases = told.phases.join('\n');
    const order = ['Safety backup: ', 'Uninstalling UCP 3.2.6', 'Waiting for healthy managers'];
    const places = order.map((phase) => phases.indexOf(phase));
    assert.ok(!places.includes(-1), phases);
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
  });

  it('restores on a manager without UCP what we encrypted', async () => {
    const fields = { encryption: { passphrase: { secret: 'x' } } };
    const sealed = await site.backUp(fields);
    await remove();
    const { plan } = await site.restore(sealed, { fields, safetyBackup: true });
    assert.match(plan.noSafetyBackup ?? '', /nothing to back up/);
    assert.equal(plan.safetyBackup, false);
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('restores what the product encrypted, opened by us', async () => {
    const fields = { encryption: { passphrase: { secret: 'x' } }, encryptedBy: 'product' };
    const sealed = await site.backUp(fields);
    await site.restore(sealed, { fields, choices: UNINSTALL });
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('blocks another version, and forces it only where that was accepted', async () => {
    await importUcp(engine, '3.2.4');
    const answers = { uninstall: VERSION, image: 'docker/ucp:3.2.4' };
    const blocked = await site.plan(backup, { choices: { answers } });
    assert.deepEqual(blockersOf(blocked), ['ucp.versionDiffers']);
    await site.restore(backup, { choices: { answers, accept: ['ucp.versionDiffers'] } });
    const label = '{{index .Config.Labels "com.docker.ucp.version"}}';
    const version = await engine.docker('inspect', '--format', label, 'ucp-controller');
    assert.equal(version.trim(), '3.2.4');
    // Back to where the others begin.
    await site.restore(backup, { choices: { answers: { uninstall: '3.2.4' } } });
  });

  it('says what the product says where it refuses a file that nobody knows the version of', async () => {
    await importUcp(engine, '3.1.7');
    await remove();
    const file: SourceRef = { kind: 'file', path: backup.path };
    const asked = await site.plan(file);
    assert.deepEqual(blockersOf(asked), ['ucp.versionUnknown']);
    const versions = lineOf(asked, 'ucp.versionUnknown').questions?.[0]?.options;
    assert.ok(versions?.some(({ value }) => value === '3.1.7'));
    const wrong = { choices: { answers: { version: '3.1.7' } } };
    const error = await fails(site.restore(file, wrong), 'ucp.restoreRefused');
    assert.match(error.message, /made by version 3\.2\.6/);
    assert.match(error.message, /Nothing of it was restored/);
    assert.equal(await isUcpInstalled(engine), false);
    await site.restore(file, { choices: { answers: { version: VERSION } } });
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('does not begin where the uninstallation does not end', async () => {
    await setFault(engine, 'uninstallNeverEnds');
    const fields = { timeouts: { uninstall: 25, healthy: 60 } };
    const wish = { choices: UNINSTALL, fields };
    const error = await fails(site.restore(backup, wish), 'ucp.uninstallTimeout');
    assert.match(error.message, /within 25 seconds/);
    assert.match(error.next, /docker service rm ucp-uninstall-agent/);
    assert.equal(await isUcpInstalled(engine), true);
    await engine.docker('service', 'rm', 'ucp-uninstall-agent');
  });

  it('does not begin where the product gives its uninstallation up', async () => {
    await setFault(engine, 'uninstallTooLong');
    const error = await fails(site.restore(backup, { choices: UNINSTALL }), 'ucp.uninstallTimeout');
    assert.match(error.message, /took too long/);
    assert.equal(await isUcpInstalled(engine), true);
    await engine.docker('service', 'rm', 'ucp-uninstall-agent');
  });

  it('says what is there after it failed half-way, and the next plan goes on from there', async () => {
    await setFault(engine, 'restoreFailsHalfWay');
    const error = await fails(site.restore(backup, { choices: UNINSTALL }), 'ucp.restoreFailed');
    assert.match(error.message, /unable to restore etcd/);
    assert.match(error.message, /\d+ volumes of the product/);
    assert.match(error.message, /What was installed before is uninstalled/);
    await setFault(engine, undefined);
    const again = await site.plan(backup);
    const parts = lineOf(again, 'ucp.installed');
    assert.equal(parts.title, 'Parts of UCP are still installed');
    assert.equal(parts.questions?.[0]?.options?.[0]?.value, VERSION);
    await site.restore(backup, { choices: UNINSTALL });
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('can be cancelled while the product restores, and says how things stand', async () => {
    await remove();
    await setFault(engine, 'hang');
    const abort = new AbortController();
    const running = site.restore(backup, { signal: abort.signal });
    await waitFor('the product to run', async () => (await runsLeft(engine)) !== '' || undefined, {
      timeoutMs: 180_000,
    });
    abort.abort();
    const error = await fails(running, 'core.cancelled');
    assert.match(error.message, /nothing was restored/);
    await setFault(engine, undefined);
    await site.restore(backup);
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('killed in the middle, the next start removes its container and says how things stand', async () => {
    await remove();
    await setFault(engine, 'hang');
    const other = new RestoreSite(place, [engine]);
    const running = other.restore(backup);
    running.catch(() => undefined);
    await waitFor('the product to run', async () => (await runsLeft(engine)) !== '' || undefined, {
      timeoutMs: 180_000,
    });
    // As a crash: nothing of ours gets to run any more.
    await other.lab.stop();
    await assert.rejects(running, /The process of restore ended/);
    assert.notEqual(await runsLeft(engine), '');
    await setFault(engine, undefined);
    const said = await site.lab.call('resume', { cluster: await site.cluster() });
    assert.match(said.join(' '), /Removed the container of a restore on node1/);
    assert.match(said.join(' '), /not whole: the plan of the next one says what is there/);
    assert.equal(await runsLeft(engine), '');
    assert.deepEqual(blockersOf(await site.plan(backup)), []);
    await site.restore(backup);
    assert.equal(await volumeSums(engine, IMAGE), sums);
  });

  it('ends a product that stays silent, and says that nothing was restored', async () => {
    await remove();
    await setFault(engine, 'hang');
    const fields = { timeouts: { silence: 5, uninstall: 120, healthy: 120 } };
    const error = await fails(site.restore(backup, { fields }), 'ucp.restoreRefused');
    assert.match(error.message, /said and gave nothing for 5 seconds.*Nothing of it was restored/);
    assert.match(error.next, /timeouts\.silence/);
    await setFault(engine, undefined);
    await site.restore(backup);
  });

  it('can be cancelled while the product is uninstalled, and says what to look for', async () => {
    await setFault(engine, 'uninstallNeverEnds');
    const abort = new AbortController();
    const running = site.restore(backup, { choices: UNINSTALL, signal: abort.signal });
    await waitFor(
      'the product to be in the middle',
      async () =>
        (await engine.docker('service', 'ls', '-q', '--filter', 'name=ucp-uninstall-agent')) ||
        undefined,
      { timeoutMs: 180_000 },
    );
    abort.abort();
    const error = await fails(running, 'core.cancelled');
    assert.match(error.message, /while UCP 3\.2\.6 was uninstalled.*nothing has been restored/);
    assert.match(error.next, /ucp-uninstall-agent/);
    assert.equal(await isUcpInstalled(engine), true);
    await engine.docker('service', 'rm', 'ucp-uninstall-agent');
  });

  it('waits until a manager is healthy', async () => {
    await setFault(engine, 'unhealthy');
    const told: { phases: string[]; log: string[] } = { phases: [], log: [] };
    const waits = () =>
      told.phases.filter((phase) => phase === 'Waiting for healthy managers').length;
    const running = site.restore(backup, { choices: UNINSTALL, told });
    const isWaiting = waitFor('it to wait', () => waits() > 1 || undefined, {
      timeoutMs: 240_000,
    });
    await Promise.race([running, isWaiting]);
    assert.ok(waits() > 1, told.phases.join());
    await setFault(engine, undefined);
    assert.equal((await running).result.checks[0]?.found, 1);
  });

  it('says which manager is not healthy in time', async () => {
    await setFault(engine, 'unhealthy');
    const fields = { timeouts: { uninstall: 120, healthy: 15 } };
    const error = await fails(
      site.restore(backup, { choices: UNINSTALL, fields }),
      'ucp.notHealthy',
    );
    assert.match(error.message, /node1 \([\d.]+\) answers with status 500/);
    assert.match(error.next, /The restore itself is done/);
  });

  it('asks for the unlock key where autolock is on', async () => {
    await engine.docker('swarm', 'update', '--autolock=true');
    try {
      const blocked = await site.plan(backup, { choices: UNINSTALL });
      assert.deepEqual(blockersOf(blocked), ['ucp.autolock']);
      assert.equal(lineOf(blocked, 'ucp.autolock').asks?.id, 'secret/unlockKey');
      const key = (await engine.docker('swarm', 'unlock-key', '-q')).trim();
      const wrong = { 'secret/unlockKey': base64(`SWMKEY-1-${'A'.repeat(43)}`) };
      await remove();
      const refused = await fails(site.restore(backup, { payloads: wrong }), 'ucp.restoreRefused');
      assert.match(refused.message, /not that of this swarm/);
      const told: { phases: string[]; log: string[] } = { phases: [], log: [] };
      const payloads = { 'secret/unlockKey': base64(`${key}\n`) };
      const { plan } = await site.restore(backup, { payloads, told });
      assert.match(lineOf(plan, 'ucp.unlockKeyShown').detail ?? '', /docker inspect/);
      assert.equal(JSON.stringify([plan, told]).includes(key), false);
      // Nor in manifest, journals or activities, nor in a container that is left.
      assert.ok(!refused.message.includes('AAAAAAAAAA'), refused.message);
      assert.equal(await filesWith(key), '');
      assert.notEqual(await filesWith('Restoring with'), '');
      const containers = (await engine.docker('ps', '-aq')).split('\n').filter(Boolean);
      assert.ok(!(await engine.docker('inspect', ...containers)).includes(key));
    } finally {
      await engine.docker('swarm', 'update', '--autolock=false');
    }
  });

  it('is blocked by an engine that waits for its unlock key, which the walk back asks for', async () => {
    await engine.docker('swarm', 'update', '--autolock=true');
    const unlockKey = (await engine.docker('swarm', 'unlock-key', '-q')).trim();
    await engine.stopDaemon();
    await engine.startDaemon();
    const locked = await site.plan(backup, { choices: UNINSTALL });
    assert.ok(blockersOf(locked).includes('ucp.locked'), blockersOf(locked).join());
    assert.match(lineOf(locked, 'ucp.locked').detail ?? '', /docker swarm unlock/);
    const cluster = await site.cluster();
    await site.lab.call('recover', { cluster, step: 'unlock', answers: { unlockKey } });
    const plan = await waitFor(
      'the swarm to have its leader again',
      async () => {
        const now = await site.plan(backup, { choices: UNINSTALL });
        return blockersOf(now).join() === 'ucp.autolock' ? now : undefined;
      },
      { timeoutMs: 180_000 },
    );
    assert.equal(lineOf(plan, 'ucp.sameSwarm').severity, 'info');
    assert.equal(await filesWith(unlockKey), '');
    await engine.docker('swarm', 'update', '--autolock=false');
  });

  it('makes a swarm on an engine that is in none, and adds names to the certificate', async () => {
    const other = await startEngine({ hostname: 'node2' });
    const elsewhere = new RestoreSite(place, [other]);
    try {
      await importUcp(other, VERSION);
      const blocked = await elsewhere.plan(backup);
      assert.deepEqual(blockersOf(blocked), ['ucp.noSwarm']);
      const answers = { hostAddress: other.address };
      const warned = await elsewhere.plan(backup, { choices: { answers } });
      assert.equal(lineOf(warned, 'ucp.otherSwarm').severity, 'warning');
      assert.equal(lineOf(warned, 'ucp.names').questions?.[0]?.value, other.address);
      const named = { ...answers, san: `${other.address}, ucp.example.com` };
      const { result } = await elsewhere.restore(backup, { choices: { answers: named } });
      assert.equal(result.checks[0]?.found, 1);
      const state = await other.docker('info', '--format', '{{.Swarm.ControlAvailable}}');
      assert.equal(state.trim(), 'true');
      const names = await other.docker(
        ...['run', '--rm', '-v', 'ucp-controller-server-certs:/v', '--entrypoint', '/bin/openssl'],
        ...[IMAGE, 'x509', '-noout', '-ext', 'subjectAltName', '-in', '/v/cert.pem'],
      );
      assert.match(names, new RegExp(`${other.address}.*ucp\\.example\\.com`));
    } finally {
      await elsewhere.lab.stop();
      await other.stop();
    }
  });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
