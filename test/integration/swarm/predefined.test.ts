import assert from 'node:assert/strict';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { differences, nameMapOf, portable } from '../../../src/snapshots/swarm/portable';
import { readDefinitions } from '../../support/swarm/engineApi';
import { actions, changeOf, Site } from './restoreSite';
import { save, Station, untilRunning } from './support';

const LABEL = 'com.docker.stack.namespace=edge';
const STACK = ['--label', LABEL, '--container-label', LABEL];
const SERVICES = { onhost: 'host', onbridge: 'bridge' };

describe('Docker Swarm: services on the networks that every node has', function () {
  this.timeout(300_000);
  let source: RunningEngine;
  let target: RunningEngine;
  let site: Site;
  let station: Station;

  before(async () => {
    [site, station] = await Promise.all([Site.make(), Station.make()]);
    [source, target] = await Promise.all([
      startEngine({ hostname: 'alpha' }),
      startEngine({ hostname: 'beta' }),
    ]);
    for (const engine of [source, target]) {
      await engine.importBusybox('shell:1');
      await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    }
    for (const [name, network] of Object.entries(SERVICES)) {
      await source.docker(
        ...['service', 'create', '--quiet', '--name', `edge_${name}`, ...STACK],
        ...['--network', network, 'shell:1', 'sleep', '100000'],
      );
    }
  });
  after(async () => {
    await Promise.all([source.stop(), target.stop()]);
    await Promise.all([site.remove(), station.remove()]);
  });

  const networks = (engine: RunningEngine) =>
    engine.docker('network', 'ls', '--no-trunc', '--format', '{{.ID}} {{.Name}}');

  it('are backed up with the names of their networks, and as a Compose file', async () => {
    const { bytes, notes } = await save(station.adapter({ host: source.host }), {
      mode: 'live',
      scope: { only: [{ kind: 'stack', name: 'edge' }] },
    });
    const text = bytes.toString();
    for (const name of Object.values(SERVICES)) {
      assert.ok(text.includes(`definitions/networks/${name}.json`), name);
    }
    assert.doesNotMatch(notes.join('\n'), /Compose/);
    const compose = text.slice(text.indexOf('stacks/edge.compose.yaml'));
    assert.match(compose, /networks:\n +bridge:\n(?: +.*\n)*? +external: true/);
  });

  it('are restored onto another swarm; the networks are left as they are there', async () => {
    const backup = await site.backUp(source);
    const again = await site.plan(backup, source);
    assert.deepEqual(
      actions(again).filter((line) => !line.endsWith(' leave')),
      [],
    );
    const before = await networks(target);
    const plan = await site.plan(backup, target, { choices: { conflict: 'replace' } });
    for (const name of Object.values(SERVICES)) {
      assert.equal(changeOf(plan, `network/${name}`).action, 'leave');
    }
    const results = await site.restore(backup, target);
    assert.deepEqual(
      results.filter(({ result }) => result !== 'done' && result !== 'left'),
      [],
    );
    assert.equal(await networks(target), before);
    for (const name of Object.keys(SERVICES)) await untilRunning(target, `edge_${name}`, 1);

    const [was, is] = await Promise.all([
      readDefinitions(source.socket, 'alpha'),
      readDefinitions(target.socket, 'beta'),
    ]);
    for (const [name, network] of Object.entries(SERVICES)) {
      const find = (all: typeof was) => {
        const found = all.find(({ id }) => id === `service/edge_${name}`);
        assert.ok(found);
        return portable(found, nameMapOf(all));
      };
      assert.deepEqual(differences(find(was), find(is)), []);
      assert.deepEqual(find(is).body['TaskTemplate'], find(was).body['TaskTemplate']);
      assert.ok(JSON.stringify(find(is).body).includes(`"Target":"${network}"`));
    }
    const second = await site.plan(backup, target);
    assert.deepEqual(
      actions(second).filter((line) => !line.endsWith(' leave') && !line.startsWith('node/')),
      [],
    );
  });
});
