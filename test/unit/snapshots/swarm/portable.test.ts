import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { JsonObject } from '../../../../src/snapshots/swarm/jsonValues';
import type { Definition } from '../../../../src/snapshots/swarm/layout';
import {
  differences,
  nameMapOf,
  portable,
  portableText,
} from '../../../../src/snapshots/swarm/portable';
import { projectFolder } from '../../../support/snapshots/fixtures';
import { definition, definitionsOf } from '../../../support/swarm/definitions';
import type { EngineLists } from '../../../support/swarm/definitions';

/** What engine 20.10 gave of a deployed stack. */
const SHOP = join(projectFolder, 'test/unit/snapshots/swarm/fixtures/shop.json');
const definitions = definitionsOf(JSON.parse(readFileSync(SHOP, 'utf8')) as EngineLists);
const names = nameMapOf(definitions);
const of = (id: string) => portable(definition(definitions, id), names);

/** The definition with its JSON changed. */
function changed(id: string, change: (value: JsonObject) => void): Definition {
  const original = definition(definitions, id);
  const value = structuredClone(original.value) as JsonObject;
  change(value);
  return { ...original, value };
}
function differs(id: string, change: (spec: Spec) => void): string[] {
  const other = changed(id, (value) => change(value.Spec));
  return differences(of(id), portable(other, names));
}

/* eslint-disable @typescript-eslint/no-explicit-any -- specs are changed in all kinds of places */
type Spec = any;
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */

function shuffled(value: unknown, seed: () => number): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]) => ({ key, item: shuffled(item, seed), at: seed() }))
      .sort((a, b) => a.at - b.at)
      .map(({ key, item }) => [key, item]),
  );
}

describe('a portable definition', () => {
  it('names networks, secrets and configs, and holds no id of its cluster', () => {
    const ids = definitions.flatMap(({ value }) => [value.Id, value.ID]).filter(Boolean);
    assert.ok(ids.length > 8);
    for (const one of definitions) {
      const text = portableText(portable(one, names));
      for (const id of ids) assert.ok(!text.includes(String(id)), `${one.id} has ${String(id)}`);
    }
    const text = portableText(of('service/shop_web'));
    for (const name of ['shop_front', 'shop_back', 'shop_key', 'outside', 'shop_conf']) {
      assert.ok(text.includes(`"${name}"`), name);
    }
  });

  it('says of a node constraint the host name', () => {
    const nodeId = String(definition(definitions, 'node/node1').value.ID);
    const found = portable(
      changed('service/shop_web', (value) => {
        (value.Spec as Spec).TaskTemplate.Placement.Constraints = [` node.id == ${nodeId}`];
      }),
      names,
    );
    assert.deepEqual((found.body.TaskTemplate as Spec).Placement.Constraints, ['node.id==@node1']);
  });

  it('leaves out what the engine would do anyway, whichever way it is said', () => {
    const plain = 'service/shop_plain';
    assert.deepEqual(
      differs(plain, (spec) => {
        spec.UpdateConfig = {
          Parallelism: 1,
          FailureAction: 'pause',
          Monitor: 5e9,
          MaxFailureRatio: 0,
          Order: 'stop-first',
        };
        spec.RollbackConfig = { Parallelism: 1, FailureAction: 'pause', Order: 'stop-first' };
        spec.TaskTemplate.RestartPolicy = { Condition: 'any', Delay: 5e9, MaxAttempts: 0 };
        spec.TaskTemplate.ContainerSpec.StopGracePeriod = 10e9;
        spec.TaskTemplate.ContainerSpec.DNSConfig = {};
        spec.TaskTemplate.ContainerSpec.Mounts = null;
        spec.TaskTemplate.Resources = { Limits: {}, Reservations: { NanoCPUs: 0 } };
        spec.TaskTemplate.ForceUpdate = 7;
        delete spec.TaskTemplate.Placement;
        delete spec.TaskTemplate.Runtime;
        spec.Networks = spec.TaskTemplate.Networks;
        spec.TaskTemplate.Networks = [];
      }),
      [],
    );
  });

  it('keeps what only looks like nothing', () => {
    const at = (change: (spec: Spec) => void) => differs('service/shop_plain', change);
    assert.deepEqual(
      at((spec) => (spec.UpdateConfig = { Parallelism: 0 })),
      ['UpdateConfig'],
    );
    assert.deepEqual(
      at((spec) => (spec.TaskTemplate.RestartPolicy = { Condition: 'any', Delay: 0 })),
      ['TaskTemplate.RestartPolicy'],
    );
    assert.deepEqual(
      at((spec) => (spec.TaskTemplate.ContainerSpec.Init = false)),
      ['TaskTemplate.ContainerSpec.Init'],
    );
    assert.deepEqual(
      at((spec) => (spec.TaskTemplate.ContainerSpec.StopGracePeriod = 0)),
      ['TaskTemplate.ContainerSpec.StopGracePeriod'],
    );
    assert.deepEqual(
      at((spec) => (spec.Mode = { Replicated: { Replicas: 0 } })),
      ['Mode.Global', 'Mode.Replicated'],
    );
    assert.deepEqual(
      at((spec) => (spec.Labels['a.b'] = '')),
      ['Labels["a.b"]'],
    );
    assert.deepEqual(
      at((spec) => spec.TaskTemplate.ContainerSpec.Args.push('')),
      ['TaskTemplate.ContainerSpec.Args'],
    );
  });

  it('names what differs by its path, and takes sets for sets', () => {
    const web = 'service/shop_web';
    const container = (change: (spec: Spec) => void) =>
      differs(web, (spec) => change(spec.TaskTemplate.ContainerSpec));
    assert.deepEqual(
      container((spec) => (spec.Image = 'busybox:other')),
      ['TaskTemplate.ContainerSpec.Image'],
    );
    assert.deepEqual(
      container((spec) => (spec.Mounts[1].ReadOnly = false)),
      ['TaskTemplate.ContainerSpec.Mounts[1].ReadOnly'],
    );
    assert.deepEqual(
      container((spec) => {
        for (const key of ['Env', 'Secrets', 'Ulimits', 'CapabilityAdd']) spec[key].reverse();
      }),
      [],
    );
    assert.deepEqual(
      differs(web, (spec) => {
        spec.TaskTemplate.Networks.reverse();
        spec.TaskTemplate.Networks[0].Aliases.reverse();
        spec.TaskTemplate.Placement.Constraints = ['node.labels.a != b', 'node.role==manager'];
        spec.EndpointSpec.Ports.reverse();
      }),
      [],
    );
    assert.ok(container((spec) => spec.Mounts.reverse()).length > 0, 'the order of mounts counts');
  });

  it('leaves out of a network what the allocator gave, and keeps its options', () => {
    const body = of('network/shop_front').body;
    assert.deepEqual(body.Options, { encrypted: '' });
    assert.deepEqual(body.IPAM, { Config: [{ Gateway: '10.77.0.1', Subnet: '10.77.0.0/24' }] });
    assert.equal(body.Attachable, true);
    assert.equal('Id' in body || 'Created' in body || 'Peers' in body, false);
  });

  it('shows the text of a config as lines, other data as base64', () => {
    const text = portableText(of('config/shop_conf'));
    assert.deepEqual(JSON.parse(text), {
      'Data (text)': ['a {{.Service.Name}}', ''],
      Labels: { 'com.docker.stack.namespace': 'shop' },
      Name: 'shop_conf',
      Templating: { Name: 'golang' },
    });
    const bytes = Buffer.from([0xff, 0, 1]).toString('base64');
    const binary = changed('config/shop_conf', (value) => ((value.Spec as Spec).Data = bytes));
    assert.equal(
      (JSON.parse(portableText(portable(binary, names))) as { Data: string }).Data,
      bytes,
    );
  });

  it('keeps integers beyond 2^53 exact, and takes equal numbers for equal', () => {
    const big = (text: bigint | number) =>
      portable(
        changed('service/shop_web', (value) => {
          (value.Spec as Spec).TaskTemplate.RestartPolicy.MaxAttempts = text;
        }),
        names,
      );
    assert.ok(portableText(big(18446744073709551615n)).includes('18446744073709551615'));
    assert.deepEqual(differences(big(18446744073709551615n), big(18446744073709551614n)), [
      'TaskTemplate.RestartPolicy.MaxAttempts',
    ]);
    assert.deepEqual(differences(big(4n), big(4)), []);
  });

  it('is the same whatever the order of keys, and its own portable form', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.nat(definitions.length - 1), (seeds, index) => {
        const one = definitions[index] as Definition;
        const first = portable(one, names);
        const value = shuffled(one.value, () => seeds.next().value) as Record<string, unknown>;
        assert.equal(portableText(portable({ ...one, value }, names)), portableText(first));
        const wrapped = ['network', 'volume'].includes(one.kind)
          ? first.body
          : { Spec: first.body };
        assert.deepEqual(portable({ ...one, value: wrapped }, names).body, first.body);
      }),
    );
  });
});
