import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nameMapOf, replayBody } from '../../../../src/snapshots/swarm/portable';
import type { ReplayOptions, TargetIds } from '../../../../src/snapshots/swarm/portable';
import { projectFolder } from '../../../support/snapshots/fixtures';
import { definition, definitionsOf } from '../../../support/swarm/definitions';
import type { EngineLists } from '../../../support/swarm/definitions';

/* eslint-disable @typescript-eslint/no-explicit-any -- bodies are looked into in all kinds of places */
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return */

/** What engine 20.10 gave of a deployed stack. */
const SHOP = join(projectFolder, 'test/unit/snapshots/swarm/fixtures/shop.json');
const definitions = definitionsOf(JSON.parse(readFileSync(SHOP, 'utf8')) as EngineLists);
const names = nameMapOf(definitions);

/** A cluster that has everything, each under an id of its own. */
const everything: TargetIds = {
  network: (name) => ({ id: `network-${name}`, name }),
  secret: (name) => ({ id: `secret-${name}`, name }),
  config: (name) => ({ id: `config-${name}`, name }),
  node: (name) => ({ id: `node-${name}`, name }),
};
const nothing: TargetIds = {
  network: () => undefined,
  secret: () => undefined,
  config: () => undefined,
  node: () => undefined,
};

function replayed(
  id: string,
  target = everything,
  options: ReplayOptions = {},
  change: (value: any) => void = () => undefined,
): { body: any; unresolved: unknown } {
  const one = definition(definitions, id);
  const value = structuredClone(one.value);
  change(value);
  return replayBody({ ...one, value }, names, target, options);
}

describe('the body that creates a definition again', () => {
  const nodeId = definition(definitions, 'node/node1').value['ID'] as string;

  it("has the target cluster's ids, and no other of the backup's cluster", () => {
    const { body, unresolved } = replayed('service/shop_web', everything, {}, ({ Spec }) => {
      Spec.TaskTemplate.Placement.Constraints.push(`node.id == ${nodeId}`);
      const config = Spec.TaskTemplate.ContainerSpec.Configs[0].ConfigID;
      Spec.TaskTemplate.ContainerSpec.Privileges.CredentialSpec = { Config: config };
    });
    assert.deepEqual(unresolved, []);
    const task = body.TaskTemplate;
    assert.deepEqual(
      task.Networks.map(({ Target }: any) => Target),
      ['network-shop_back', 'network-shop_front'],
    );
    assert.equal(task.ContainerSpec.Secrets[1].SecretID, 'secret-shop_key');
    assert.equal(task.ContainerSpec.Configs[0].ConfigID, 'config-shop_conf');
    assert.equal(task.ContainerSpec.Privileges.CredentialSpec.Config, 'config-shop_conf');
    assert.equal(task.Placement.Constraints.at(-1), 'node.id == node-node1');
    const ids = definitions.flatMap(({ value }) => [value['ID'], value['Id']]);
    for (const id of ids.filter((one) => typeof one === 'string')) {
      assert.ok(!JSON.stringify(body).includes(id), id);
    }
  });

  it('names, once each, what the target cluster does not have', () => {
    const { unresolved } = replayed('service/shop_web', nothing, {}, ({ Spec }) => {
      Spec.TaskTemplate.Placement.Constraints = [`node.id==${nodeId}`, `node.id!=${nodeId}`];
      Spec.TaskTemplate.Networks.push({ Target: 'of-no-backup' });
    });
    assert.deepEqual(unresolved, [
      { kind: 'network', name: 'shop_back' },
      { kind: 'network', name: 'shop_front' },
      { kind: 'network', name: 'of-no-backup' },
      { kind: 'secret', name: 'outside' },
      { kind: 'secret', name: 'shop_key' },
      { kind: 'config', name: 'shop_conf' },
      { kind: 'node', name: 'node1' },
    ]);
  });

  it('follows what was restored under another name', () => {
    const target: TargetIds = {
      ...everything,
      secret: (name) => ({ id: `s-${name}`, name: `${name}-2` }),
      config: (name) => ({ id: `c-${name}`, name: `${name}-2` }),
      volume: (name) => `${name}-2`,
    };
    const { body } = replayed('service/shop_web', target, { name: 'other' });
    const container = body.TaskTemplate.ContainerSpec;
    assert.equal(body.Name, 'other');
    assert.deepEqual(
      [container.Secrets[1].SecretID, container.Secrets[1].SecretName],
      ['s-shop_key', 'shop_key-2'],
    );
    assert.equal(container.Configs[0].ConfigName, 'shop_conf-2');
    assert.deepEqual(
      container.Mounts.map(({ Source }: any) => Source),
      ['shop_data-2', 'other-2', undefined, '/tmp', undefined],
    );
  });

  it('moves the networks of old services to where the engine looks first', () => {
    const { body } = replayed('service/shop_web', everything, {}, ({ Spec }) => {
      Spec.Networks = Spec.TaskTemplate.Networks;
      delete Spec.TaskTemplate.Networks;
    });
    assert.equal(body.Networks, undefined);
    assert.equal(body.TaskTemplate.Networks[1].Target, 'network-shop_front');
    assert.deepEqual(body.TaskTemplate.Networks[1].Aliases, ['www', 'web']);
  });

  it('pins ports that the engine gave and frees an image of its digest, when asked', () => {
    const published = (options: ReplayOptions) =>
      replayed('service/shop_web', everything, options).body.EndpointSpec.Ports.map(
        ({ PublishedPort }: any) => PublishedPort,
      );
    assert.deepEqual(published({}), [undefined, 5353, 8080]);
    assert.deepEqual(published({ pinPorts: true }), [30000, 5353, 8080]);
    const image = (options: ReplayOptions) =>
      replayed('service/shop_web', everything, options, ({ Spec }) => {
        Spec.TaskTemplate.ContainerSpec.Image = 'host:5000/a/b:1@sha256:00';
      }).body.TaskTemplate.ContainerSpec.Image;
    assert.equal(image({}), 'host:5000/a/b:1@sha256:00');
    assert.equal(image({ stripDigest: true }), 'host:5000/a/b:1');
  });

  it('leaves out of a network what the allocator gave, and its addresses when asked', () => {
    const { body } = replayed('network/shop_front');
    assert.deepEqual(body, {
      Name: 'shop_front',
      Driver: 'overlay',
      Scope: 'swarm',
      Internal: true,
      Attachable: true,
      Ingress: false,
      ConfigOnly: false,
      EnableIPv6: false,
      IPAM: {
        Driver: 'default',
        Options: null,
        Config: [{ Subnet: '10.77.0.0/24', Gateway: '10.77.0.1' }],
      },
      Options: { encrypted: '' },
      Labels: { 'com.docker.stack.namespace': 'shop', net: 'v' },
    });
    const free = replayed('network/shop_front', everything, { freeAddresses: true }).body;
    assert.deepEqual(free.IPAM, { Driver: 'default', Options: null });
  });

  it('puts a secret together with the payload that was given for it', () => {
    assert.equal('Data' in replayed('secret/shop_key').body, false);
    assert.deepEqual(replayed('secret/shop_key', everything, { data: 'aHVzaA==' }).body, {
      Name: 'shop_key',
      Labels: { 'com.docker.stack.namespace': 'shop', s: 't' },
      Data: 'aHVzaA==',
    });
    assert.ok('Data' in replayed('config/shop_conf').body);
  });

  it('leaves the definition as it was', () => {
    const before = JSON.stringify(definitions);
    for (const one of definitions) {
      replayBody(one, names, everything, { pinPorts: true, stripDigest: true, name: 'x' });
    }
    assert.equal(JSON.stringify(definitions), before);
  });
});
