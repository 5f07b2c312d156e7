import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planObjects } from '../../../../src/adapters/swarm/restore/planner';
import type { VolumeState } from '../../../../src/adapters/swarm/restore/model';
import { definitionsOf } from '../../../support/swarm/definitions';
import { DEFINITION_KINDS } from '../../../../src/snapshots/swarm/layout';
import {
  config,
  network,
  node,
  planOf,
  secret,
  service,
  sourceWith,
  targetWith,
  volume,
} from '../../../support/swarm/restoring';

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const shop = {
  nodes: [node('node1', { Labels: { disk: 'ssd' } })],
  networks: [network('front', '10.0.5.0/24')],
  secrets: [secret('key')],
  configs: [config('app', 'a = 1')],
  volumes: [volume('data')],
  services: [
    service('web', {
      networks: ['front'],
      secrets: ['key'],
      configs: ['app'],
      volumes: ['data'],
      constraints: ['node.labels.disk == ssd'],
      labels: { 'com.docker.stack.namespace': 'shop' },
    }),
  ],
};
const same = new Map<string, VolumeState>([['volume/node1/data', 'same']]);
const images = new Map<string, 'found' | 'missing'>();
const key = { 'secret/key': base64('hush') };

describe('the plan of a swarm restore', () => {
  it('creates all of it in the order of what needs what, onto an empty cluster', () => {
    const changes = planObjects({
      source: sourceWith(shop),
      target: targetWith({}),
      facts: { images, contents: new Map() },
      choices: {},
      payloads: key,
    });
    assert.deepEqual(
      changes.map(({ id, action }) => `${id} ${action}`),
      [
        'node/node1 update',
        'network/front create',
        'secret/key create',
        'config/app create',
        'volume/node1/data create',
        'service/web create',
      ],
    );
    assert.ok(changes.every(({ chosen, destructive }) => chosen && destructive !== true));
    const kinds = changes.map(({ kind }) => DEFINITION_KINDS.findIndex((one) => one === kind));
    assert.deepEqual(kinds, [...kinds].sort());
    assert.equal(changes.at(-1)?.group, 'shop');
    assert.equal(changes[4]?.bytes, 2048);
  });

  it('leaves everything onto the same cluster, whatever the definitions are', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    const names = fc.uniqueArray(name, { maxLength: 5 });
    const clusters = fc
      .tuple(names, names, names, names, names, fc.integer({ min: 1, max: 5 }))
      .map(([networks, secrets, configs, volumes, services, replicas]) => ({
        nodes: [node('node1', { Labels: { a: 'b' } }), node('node2')],
        networks: networks.map((one, i) => network(one, `10.1.${i}.0/24`)),
        secrets: secrets.map((one) => secret(one)),
        configs: configs.map((one) => config(one, `data of ${one}`)),
        volumes: volumes.map((one) => volume(one, { Labels: { of: one } })),
        services: services.map((one) =>
          service(one, {
            networks,
            secrets,
            configs,
            volumes,
            mode: { Replicated: { Replicas: replicas } },
            constraints: ['node.id == id-node2'],
          }),
        ),
      }));
    fc.assert(
      fc.property(clusters, fc.constantFrom('skip', 'replace', 'rename'), (lists, conflict) => {
        const source = sourceWith(lists);
        const contents = new Map(source.definitions.map(({ id }) => [id, 'same'] as const));
        const facts = { images, contents };
        const plan = planOf(source, targetWith(lists), { conflict }, { facts });
        for (const { id, action } of Object.values(plan)) assert.equal(action, 'leave', id);
      }),
      { numRuns: 60 },
    );
  });

  describe('of something that is there and differs', () => {
    const live = targetWith({
      networks: [network('front', '10.0.5.0/24', { Labels: { other: 'yes' } })],
      secrets: [secret('key')],
      configs: [config('app', 'a = 2')],
      volumes: [volume('data')],
      services: [service('web', { image: 'busybox:2' })],
    });
    const facts = { images, contents: new Map([['volume/node1/data', 'differs' as const]]) };

    it('skips it when nothing is said', () => {
      const plan = planOf(sourceWith(shop), live, {}, { facts });
      for (const id of ['network/front', 'config/app', 'volume/node1/data', 'service/web']) {
        assert.equal(plan[id]?.action, 'conflict', id);
        assert.equal(plan[id].code, 'differs');
        assert.ok((plan[id].differences ?? []).length > 0, id);
      }
      assert.equal(plan['secret/key']?.action, 'leave');
    });

    it('replaces what can be replaced, and says what is lost', () => {
      const plan = planOf(sourceWith(shop), live, { conflict: 'replace' }, { facts });
      assert.equal(plan['network/front']?.action, 'update');
      assert.equal(plan['network/front'].destructive, true);
      assert.equal(plan['config/app']?.action, 'create');
      assert.match(plan['config/app'].target ?? '', /^app-[0-9a-f]{8}$/);
      assert.equal(plan['volume/node1/data']?.action, 'update');
      assert.equal(plan['volume/node1/data'].destructive, true);
      assert.equal(plan['service/web']?.action, 'update');
      assert.ok(plan['service/web'].differences?.includes('TaskTemplate.ContainerSpec.Image'));
    });

    it('gives it another name that is free, and once only', () => {
      const source = sourceWith(shop);
      const choices = { conflict: 'rename' } as const;
      const plan = planOf(source, live, choices, { facts, payloads: key });
      assert.equal(plan['service/web']?.target, 'web-restored');
      assert.equal(plan['config/app']?.target, 'app-restored');
      assert.equal(plan['volume/node1/data']?.target, 'data-restored');
      assert.equal(plan['network/front']?.target, 'front-restored');
      assert.equal(plan['network/front'].code, 'subnetTaken');
    });

    it('takes the next name where somebody else has the first', () => {
      const taken = targetWith({
        services: [service('web', { image: 'b' }), service('web-restored')],
      });
      const plan = planOf(sourceWith({ services: [service('web')] }), taken, {
        conflict: 'rename',
      });
      // That one was made by an earlier run: it is what the backup says.
      assert.equal(plan['service/web']?.action, 'leave');
      const other = targetWith({
        services: [service('web', { image: 'b' }), service('web-restored', { image: 'c' })],
      });
      const next = planOf(sourceWith({ services: [service('web')] }), other, {
        conflict: 'rename',
      });
      assert.equal(next['service/web']?.target, 'web-restored-2');
    });

    it('follows the policy of one change before that of all', () => {
      const choices = { conflict: 'replace', conflicts: { 'service/web': 'skip' } } as const;
      const plan = planOf(sourceWith(shop), live, choices, { facts });
      assert.equal(plan['service/web']?.action, 'conflict');
      assert.equal(plan['config/app']?.action, 'create');
    });

    it('takes the name that the person gave', () => {
      const choices = { rename: { 'service/web': 'shop-web' } };
      const plan = planOf(sourceWith({ services: [service('web')] }), live, choices);
      assert.equal(plan['service/web']?.action, 'create');
      assert.equal(plan['service/web'].target, 'shop-web');
      const clash = planOf(sourceWith({ services: [service('web', { image: 'x' })] }), live, {
        rename: { 'service/web': 'web' },
      });
      assert.equal(clash['service/web']?.code, 'nameTaken');
    });
  });

  describe('of volumes of one name on several nodes', () => {
    const two = { nodes: [node('node1'), node('node2')] };
    const mounting = (name: string) => ({
      definitions: [
        ...definitionsOf({ ...two, services: [service('web', { volumes: [name] })] }),
        ...definitionsOf({ volumes: [volume('data'), volume('data-1')] }, 'node1'),
        ...definitionsOf({ volumes: [volume('data')] }, 'node2'),
      ],
    });
    const source = (name: string) => ({ ...sourceWith({}), ...mounting(name) });
    const web = (name: string, rename: Record<string, string>, accept: string[] = []) =>
      planOf(source(name), targetWith(two), { rename, accept })['service/web'];

    it('says so when they get several names, as a mount has one', () => {
      assert.equal(web('data', {})?.action, 'create');
      const one = { 'volume/node1/data': 'other' };
      const plan = web('data', one);
      assert.deepEqual(
        [plan?.action, plan?.code, plan?.acceptable],
        ['cannot', 'volumeSplit', true],
      );
      assert.match(plan?.reason ?? '', /other on node1 and data on node2/);
      assert.equal(web('data', one, ['volumeSplit'])?.action, 'create');
      const both = { ...one, 'volume/node2/data': 'other' };
      assert.deepEqual([web('data', both)?.action, web('data', both)?.code], ['create', undefined]);
    });

    it('says so when a name for each task would lead elsewhere', () => {
      assert.equal(web('data-{{.Task.Slot}}', {})?.action, 'create');
      assert.equal(web('data-{{.Task.Slot}}', { 'volume/node1/data': 'x' })?.action, 'create');
      const plan = web('data-{{.Task.Slot}}', { 'volume/node1/data-1': 'other' });
      assert.equal(plan?.code, 'volumeSplit');
      assert.match(plan.reason ?? '', /data-1 \(as other\)/);
    });
  });

  describe('of what uses a network or a volume', () => {
    const target = targetWith(
      {
        networks: [network('front', '10.0.5.0/24', { Attachable: true })],
        volumes: [volume('data')],
      },
      {
        networkUsers: new Map([['front', ['service a', 'service b']]]),
        volumeUsers: new Map([['volume/node1/data', ['container db']]]),
      },
    );
    const source = sourceWith({ networks: shop.networks, volumes: shop.volumes });
    const facts = { images, contents: new Map([['volume/node1/data', 'differs' as const]]) };

    it('never replaces a network in use', () => {
      const plan = planOf(source, target, { conflict: 'replace', accept: ['inUse'] }, { facts });
      assert.equal(plan['network/front']?.action, 'cannot');
      assert.equal(plan['network/front'].code, 'inUse');
      assert.match(plan['network/front'].reason ?? '', /service a, service b/);
    });

    it('puts content into a volume in use only when told so', () => {
      const plan = planOf(source, target, { conflict: 'replace' }, { facts });
      assert.equal(plan['volume/node1/data']?.action, 'cannot');
      assert.equal(plan['volume/node1/data'].acceptable, true);
      const accept = ['volumeInUse'];
      const told = planOf(source, target, { conflict: 'replace', accept }, { facts });
      assert.equal(told['volume/node1/data']?.action, 'update');
      assert.equal(told['volume/node1/data'].destructive, true);
      assert.match(told['volume/node1/data'].reason ?? '', /not in the backup stay/);
    });

    it('makes a volume anew that an earlier run left half, and fills an empty one', () => {
      const free = targetWith({ volumes: [volume('data')] });
      const on = (state: VolumeState) =>
        planOf(
          source,
          free,
          {},
          { facts: { images, contents: new Map([['volume/node1/data', state]]) } },
        )['volume/node1/data'];
      assert.equal(on('begun')?.action, 'create');
      assert.equal(on('restored')?.action, 'leave');
      assert.equal(on('empty')?.action, 'update');
      assert.equal(on('empty')?.destructive, undefined);
      assert.equal(on('unknown')?.action, 'conflict');
    });
  });

  it('says which secrets are missing, and what hangs on them', () => {
    const source = sourceWith(shop);
    const plan = planOf(source, targetWith({}));
    assert.equal(plan['secret/key']?.code, 'payloadMissing');
    assert.deepEqual(plan['secret/key'].asks, { title: 'Payload of the secret key', given: false });
    assert.equal(plan['service/web']?.code, 'dependencyMissing');
    assert.match(plan['service/web'].reason ?? '', /secret key/);
    const given = planOf(source, targetWith({}), {}, { payloads: key });
    assert.equal(given['secret/key']?.asks?.given, true);
    assert.equal(given['service/web']?.action, 'create');
    assert.ok(!JSON.stringify(given).includes(key['secret/key']));
  });

  it('refuses a payload that no engine takes', () => {
    const source = sourceWith({ secrets: [secret('key')] });
    for (const [payload, why] of [
      ['%%%%', /not base64/],
      [Buffer.alloc(512_000).toString('base64'), /512000 bytes/],
    ] as const) {
      const plan = planOf(source, targetWith({}), {}, { payloads: { 'secret/key': payload } });
      assert.equal(plan['secret/key']?.code, 'payloadUnusable');
      assert.match(plan['secret/key'].reason ?? '', why);
    }
  });

  it('takes a stack, an object, a volume of a node, and leaves out what is excepted', () => {
    const source = sourceWith(shop);
    const chosen = (choices: Parameters<typeof planOf>[2]) =>
      Object.values(planOf(source, targetWith({}), choices))
        .filter((change) => change.chosen)
        .map(({ id }) => id);
    assert.deepEqual(chosen({ only: [{ kind: 'stack', name: 'shop' }] }), ['service/web']);
    assert.deepEqual(chosen({ only: [{ kind: 'volume', name: 'node1/data' }] }), [
      'volume/node1/data',
    ]);
    assert.deepEqual(chosen({ only: [{ kind: 'volume', name: 'data' }] }), ['volume/node1/data']);
    assert.ok(!chosen({ except: ['service/web'] }).includes('service/web'));
  });

  it('cannot create a service whose network was not chosen and is not there', () => {
    const only = [{ kind: 'service', name: 'web' }];
    const source = sourceWith({
      networks: shop.networks,
      services: [service('web', { networks: ['front'] })],
    });
    assert.equal(
      planOf(source, targetWith({}), { only })['service/web']?.code,
      'dependencyMissing',
    );
    const there = targetWith({ networks: shop.networks });
    assert.equal(planOf(source, there, { only })['service/web']?.action, 'create');
  });

  it('sees labels that no node has, after those that come back', () => {
    const services = [service('web', { constraints: ['node.labels.disk == ssd'] })];
    const back = sourceWith({ nodes: shop.nodes, services });
    assert.equal(planOf(back, targetWith({}))['service/web']?.action, 'create');
    const choices = { except: ['node/node1'] };
    const without = planOf(back, targetWith({}), choices)['service/web'];
    assert.equal(without?.code, 'nodeLabelGone');
    assert.equal(without.acceptable, true);
    const accepted = planOf(back, targetWith({}), { ...choices, accept: ['nodeLabelGone'] });
    assert.equal(accepted['service/web']?.action, 'create');
  });

  it('takes an image for missing only where it was looked for, and lets it be accepted', () => {
    const source = sourceWith({ services: [service('web', { image: 'shop:1@sha256:aa' })] });
    const facts = { images: new Map([['shop:1@sha256:aa', 'missing' as const]]), contents: same };
    const plan = planOf(source, targetWith({}), {}, { facts });
    assert.equal(plan['service/web']?.code, 'imageMissing');
    const accept = ['imageMissing'];
    assert.equal(
      planOf(source, targetWith({}), { accept }, { facts })['service/web']?.action,
      'create',
    );
    const answers = { stripDigest: 'yes' };
    assert.equal(
      planOf(source, targetWith({}), { answers }, { facts })['service/web']?.action,
      'create',
    );
  });

  it('sees a subnet that another network has, and gives other addresses when that is accepted', () => {
    const source = sourceWith({ networks: [network('front', '10.0.5.0/24')] });
    const target = targetWith({ networks: [network('other', '10.0.4.0/22')] });
    const plan = planOf(source, target);
    assert.equal(plan['network/front']?.code, 'subnetTaken');
    assert.match(plan['network/front'].reason ?? '', /other/);
    const accepted = planOf(source, target, { accept: ['subnetTaken'] });
    assert.equal(accepted['network/front']?.action, 'create');
  });

  it('sees a port that another service publishes', () => {
    const ports = [
      { Protocol: 'tcp', TargetPort: 80, PublishedPort: 8080, PublishMode: 'ingress' },
    ];
    const source = sourceWith({ services: [service('web', { ports })] });
    const target = targetWith({ services: [service('old', { ports })] });
    assert.equal(planOf(source, target)['service/web']?.code, 'portTaken');
  });

  it('puts another node in the place of one that is gone: the only one, or the one that was said', () => {
    const source = sourceWith({ nodes: [node('node1')], volumes: [volume('data')] });
    const one = targetWith({ nodes: [node('fresh')] });
    assert.equal(planOf(source, one)['volume/node1/data']?.action, 'create');
    assert.equal(planOf(source, one)['node/node1']?.target, 'fresh');
    const two = targetWith({ nodes: [node('a'), node('b')] });
    assert.equal(planOf(source, two)['volume/node1/data']?.code, 'nodeMissing');
    const answers = { 'node:node1': 'b' };
    assert.equal(planOf(source, two, { answers })['volume/node1/data']?.action, 'create');
  });

  it('adds labels to a node that has its own, and never changes its role', () => {
    const wanted = node('node1', { Labels: { disk: 'ssd' }, Role: 'manager' });
    const source = sourceWith({ nodes: [wanted] });
    const target = targetWith({
      nodes: [node('node1', { Labels: { mine: '1' }, Role: 'worker' })],
    });
    const change = planOf(source, target)['node/node1'];
    assert.equal(change?.action, 'update');
    assert.equal(change.destructive, undefined);
    assert.match(change.reason ?? '', /roles are not changed/);
    const other = targetWith({ nodes: [node('node1', { Labels: { disk: 'hdd' } })] });
    assert.equal(planOf(source, other)['node/node1']?.action, 'conflict');
    const replaced = planOf(source, other, { conflict: 'replace' })['node/node1'];
    assert.equal(replaced?.destructive, true);
  });

  it('asks for an address before it makes a swarm, and takes its settings only when chosen by name', () => {
    const own = {
      swarm: {
        ID: 's',
        Spec: { Name: 'default', Orchestration: { TaskHistoryRetentionLimit: 9 } },
      },
    };
    const source = sourceWith(own);
    const none = targetWith({}, { swarm: false, state: 'inactive', definitions: [] });
    assert.equal(planOf(source, none)['swarm']?.action, 'cannot');
    const made = planOf(source, none, { answers: { initSwarm: '10.0.0.1' } });
    assert.equal(made['swarm']?.action, 'create');
    const live = targetWith({
      swarm: {
        ID: 't',
        Spec: { Name: 'default', Orchestration: { TaskHistoryRetentionLimit: 5 } },
      },
    });
    assert.equal(planOf(source, live)['swarm']?.action, 'leave');
    const byName = planOf(source, live, { only: [{ kind: 'swarm', name: 'swarm' }] });
    assert.equal(byName['swarm']?.action, 'update');
  });
});
