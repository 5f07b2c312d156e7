import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type RunningEngine, startEngine } from '../../../src/sandbox/parts/dockerEngine';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { composeOf } from '../../../src/snapshots/swarm/compose/composeOf';
import { DEFINITION_KINDS, STACK_LABEL } from '../../../src/snapshots/swarm/layout';
import type { Definition } from '../../../src/snapshots/swarm/layout';
import {
  differences,
  nameMapOf,
  portable,
  replayBody,
} from '../../../src/snapshots/swarm/portable';
import type { TargetIds } from '../../../src/snapshots/swarm/portable';
import { definition } from '../../support/swarm/definitions';
import { ask, readDefinitions } from '../../support/swarm/engineApi';
import { SHOP, SHOP_FILES } from '../../support/swarm/shop';

const payload = Buffer.from('hush').toString('base64');
const ofStack = (all: Definition[], stack = 'shop'): Definition[] =>
  all.filter((one) => one.stack === stack && one.kind !== 'volume');

describe('a stack as a Compose file and as portable definitions, on a real engine', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  /** As `docker stack deploy` made it at first. */
  let first: Definition[];

  const read = () => readDefinitions(engine.socket, engine.hostname);
  /** The same, once every network has its addresses. */
  const readAllocated = () =>
    waitFor(
      'addresses of networks',
      async () => {
        const all = await read();
        const waiting = all.some(({ kind, value }) => {
          const { Config } = (value['IPAM'] ?? {}) as { Config?: unknown[] | null };
          return kind === 'network' && value['Driver'] === 'overlay' && !Config?.length;
        });
        return waiting ? undefined : all;
      },
      { timeoutMs: 180_000 },
    );
  const deploy = async (name: string, text: string, stack: string): Promise<void> => {
    const file = join(engine.folder, name);
    await writeFile(file, text);
    await engine.docker('stack', 'deploy', '-c', file, '--resolve-image', 'never', stack);
  };
  const removeStack = async (stack: string): Promise<void> => {
    await engine.docker('stack', 'rm', stack);
    await waitFor(
      'the stack to be gone',
      async () => {
        const left = await engine.docker('ps', '-aq', '--filter', `name=${stack}_`);
        return (left.trim() === '' && ofStack(await read(), stack).length === 0) || undefined;
      },
      { timeoutMs: 180_000 },
    );
  };
  const targetIds = async (): Promise<TargetIds> => {
    const all = await read();
    const find = (kind: string, field: string) => (name: string) => {
      const found = all.find((one) => one.kind === kind && one.name === name);
      return found && { id: String(found.value[field]), name };
    };
    return {
      network: find('network', 'Id'),
      secret: find('secret', 'ID'),
      config: find('config', 'ID'),
      node: find('node', 'ID'),
    };
  };
  /** Creates what has that kind again, with nothing unresolved. */
  const replay = async (
    ones: Definition[],
    options: (one: Definition) => Parameters<typeof replayBody>[3] = () => ({}),
  ): Promise<void> => {
    const names = nameMapOf(first);
    for (const kind of DEFINITION_KINDS) {
      const target = await targetIds();
      for (const one of ones.filter((each) => each.kind === kind)) {
        const { body, unresolved } = replayBody(one, names, target, {
          ...(kind === 'secret' ? { data: payload } : {}),
          ...options(one),
        });
        assert.deepEqual(unresolved, [], one.id);
        await ask(engine.socket, 'POST', `/${kind}s/create`, body);
      }
    }
  };
  /** Where the swarm's own stack differs now from what it was. */
  const compare = async (): Promise<string[]> => {
    const after = await readAllocated();
    assert.deepEqual(
      ofStack(after)
        .map(({ id }) => id)
        .sort(),
      ofStack(first)
        .map(({ id }) => id)
        .sort(),
    );
    return ofStack(first).flatMap((one) =>
      differences(
        portable(one, nameMapOf(first)),
        portable(definition(after, one.id), nameMapOf(after)),
      ).map((path) => `${one.id}: ${path}`),
    );
  };

  before(async () => {
    engine = await startEngine();
    await engine.docker('swarm', 'init', '--advertise-addr', engine.address);
    await engine.importBusybox('busybox:test');
    await engine.docker('network', 'create', '-d', 'overlay', 'common');
    await engine.docker('volume', 'create', 'other');
    for (const [name, text] of Object.entries(SHOP_FILES)) {
      await writeFile(join(engine.folder, name), text);
    }
    await engine.docker('secret', 'create', 'outside', join(engine.folder, 'key.txt'));
    await deploy('shop.yaml', SHOP, 'shop');
    await waitFor(
      'the volume that a task makes',
      async () => (await read()).find(({ id }) => id.endsWith('/shop_data')),
      { timeoutMs: 180_000 },
    );
    first = await readAllocated();
  });
  after(async () => {
    await engine.stop();
  });

  it('is the same with the defaults that the engine adds when asked to', async () => {
    const names = nameMapOf(first);
    let added = 0;
    for (const one of first.filter(({ kind }) => kind === 'service')) {
      const path = `/services/${one.name}?insertDefaults=true`;
      const value = (await ask(engine.socket, 'GET', path)) as Record<string, unknown>;
      added += JSON.stringify(value['Spec']).length - JSON.stringify(one.value['Spec']).length;
      assert.deepEqual(
        differences(portable(one, names), portable({ ...one, value }, names)),
        [],
        one.id,
      );
    }
    assert.ok(added > 100, String(added));
  });

  it('is deployed from what was written, and no field differs', async () => {
    const written = composeOf('shop', first);
    assert.ok('yaml' in written, JSON.stringify(written));
    await removeStack('shop');
    await replay(ofStack(first).filter(({ kind }) => kind === 'secret' || kind === 'config'));
    await deploy('written.yaml', written.yaml, 'shop');
    assert.deepEqual(await compare(), []);
    assert.deepEqual(composeOf('shop', await read()), written, 'and is written the same again');
  });

  it('is replayed definition by definition, and no field differs', async () => {
    await removeStack('shop');
    await replay(ofStack(first));
    assert.deepEqual(await compare(), []);
  });

  it('is replayed under other names, and nothing but the names differs', async () => {
    const ones = ofStack(first).filter(({ kind }) => kind !== 'network');
    const name = (one: Definition): string => `${one.name}-again`;
    // Their ports can't be published twice.
    for (const one of ones.filter(({ kind }) => kind === 'service')) {
      await ask(engine.socket, 'DELETE', `/services/${one.name}`);
    }
    await replay(ones, (one) => ({ name: name(one) }));
    const after = await read();
    for (const one of ones) {
      const again = definition(after, `${one.kind}/${name(one)}`);
      const found = differences(portable(one, nameMapOf(first)), portable(again, nameMapOf(after)));
      assert.deepEqual(found, ['Name'], one.id);
    }
  });

  it('names the loss of services made by hand that Compose can not say', async () => {
    const label = { [STACK_LABEL]: 'hand' };
    const network = await ask(engine.socket, 'POST', '/networks/create', {
      Name: 'hand_net',
      Driver: 'overlay',
      Labels: label,
      IPAM: { Config: [{ Subnet: '10.88.0.0/24', Gateway: '10.88.0.9' }] },
    });
    const create = async (name: string, spec: object, container: object): Promise<void> => {
      const TaskTemplate = {
        ContainerSpec: { Image: 'busybox:test', Labels: label, ...container },
        Networks: [{ Target: (network as { Id: string }).Id, Aliases: [name] }],
      };
      const body = { Name: `hand_${name}`, Labels: label, TaskTemplate, ...spec };
      await ask(engine.socket, 'POST', '/services/create', body);
    };
    await create('fine', { Mode: { Replicated: { Replicas: 0 } } }, {});
    await create(
      'web',
      { Mode: { Replicated: { Replicas: 0 } } },
      {
        DNSConfig: { Options: ['ndots:3'] },
        Env: ['HOME'],
        Hosts: ['10.0.0.1 a b'],
        Mounts: [{ Type: 'tmpfs', Target: '/t', TmpfsOptions: { Mode: 0o1777 } }],
        Privileges: { SELinuxContext: { Disable: true } },
        Labels: {},
      },
    );
    await create('job', { Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 2 } } }, {});
    const written = composeOf('hand', await readAllocated());
    const inside = 'service hand_web: TaskTemplate.ContainerSpec';
    assert.deepEqual('loss' in written && written.loss.map((one) => one.replace(/ \(.*/, '')), [
      'network hand_net: IPAM.Config[0].Gateway',
      'service hand_job: Mode.ReplicatedJob.MaxConcurrent',
      `${inside}.DNSConfig.Options`,
      `${inside}.Env`,
      `${inside}.Hosts`,
      `${inside}.Labels`,
      `${inside}.Mounts[0].TmpfsOptions.Mode`,
      `${inside}.Privileges.SELinuxContext.Disable`,
    ]);
  });

  it('replays services made by hand, the swarm, a node and a volume: no field differs', async () => {
    const [node] = (await ask(engine.socket, 'GET', '/nodes')) as { ID: string }[];
    assert.ok(node);
    const common = definition(await read(), 'network/common').value['Id'] as string;
    await ask(engine.socket, 'POST', '/services/create', {
      Name: 'old',
      Networks: [{ Target: common }],
      TaskTemplate: {
        ContainerSpec: {
          Image: 'busybox:test',
          Args: ['sleep', '1000'],
          Hosts: ['10.0.0.1 a b'],
          DNSConfig: { Nameservers: ['10.0.0.2'], Options: ['ndots:3'] },
          Privileges: { SELinuxContext: { Type: 'svirt_t', Level: 's0:c1,c2' } },
          Mounts: [
            { Type: 'tmpfs', Target: '/t', TmpfsOptions: { SizeBytes: 4096, Mode: 0o1777 } },
            { Type: 'bind', Source: '/tmp', Target: '/b', BindOptions: { NonRecursive: true } },
          ],
        },
        Placement: { Constraints: [`node.id == ${node.ID}`, 'node.id!=gone'] },
        Resources: {
          Reservations: {
            GenericResources: [{ NamedResourceSpec: { Kind: 'gpu', Value: 'one' } }],
          },
        },
      },
      Mode: { Replicated: { Replicas: 0 } },
      EndpointSpec: { Ports: [{ TargetPort: 81 }] },
    });
    await ask(engine.socket, 'POST', '/services/create', {
      Name: 'job',
      TaskTemplate: {
        ContainerSpec: { Image: 'busybox:test', Args: ['true'] },
        RestartPolicy: { Condition: 'none' },
      },
      Mode: { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 2 } },
    });
    const made = await waitFor(
      'a port',
      async () => {
        const all = await read();
        const { Ports } = definition(all, 'service/old').value['Endpoint'] as { Ports?: unknown };
        return Ports === undefined ? undefined : all;
      },
      { timeoutMs: 180_000 },
    );
    const names = nameMapOf(made);
    const target = await targetIds();
    const same = async (id: string, again: string, other: string[]): Promise<void> => {
      const after = await read();
      assert.deepEqual(
        differences(
          portable(definition(made, id), names),
          portable(definition(after, again), nameMapOf(after)),
        ),
        other,
        id,
      );
    };

    for (const name of ['old', 'job']) {
      const one = definition(made, `service/${name}`);
      const { body, unresolved } = replayBody(one, names, target, { name: `${name}2` });
      const missing = name === 'old' ? [{ kind: 'node', name: 'gone' }] : [];
      assert.deepEqual(unresolved, missing, name);
      await ask(engine.socket, 'POST', '/services/create', body);
      await same(one.id, `service/${name}2`, ['Name']);
    }
    const old = definition(made, 'service/old');
    await ask(engine.socket, 'DELETE', '/services/old');
    const pinned = replayBody(old, names, target, { name: 'old3', pinPorts: true }).body;
    await ask(engine.socket, 'POST', '/services/create', pinned);
    await same(old.id, 'service/old3', ['EndpointSpec.Ports[0].PublishedPort', 'Name']);

    const data = definition(made, `volume/${engine.hostname}/shop_data`);
    const again = replayBody(data, names, target, { name: 'data2' }).body;
    await ask(engine.socket, 'POST', '/volumes/create', again);
    await same(data.id, `volume/${engine.hostname}/data2`, ['Name']);

    for (const [id, path, change] of [
      ['swarm', '/swarm/update', { Labels: { changed: 'yes' } }],
      [`node/${engine.hostname}`, `/nodes/${node.ID}/update`, { Labels: { zone: 'b' } }],
    ] as const) {
      const update = async (body: unknown): Promise<void> => {
        const { Version } = definition(await read(), id).value as { Version: { Index: number } };
        await ask(engine.socket, 'POST', `${path}?version=${Version.Index}`, body);
      };
      const { body } = replayBody(definition(made, id), names, target);
      await update({ ...body, ...change });
      const after = await read();
      const now = portable(definition(after, id), nameMapOf(after));
      const [found] = differences(portable(definition(made, id), names), now);
      assert.match(found ?? '', /^Labels/, id);
      await update(body);
      await same(id, id, []);
    }
  });
});
