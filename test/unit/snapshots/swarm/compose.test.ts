import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { parse } from 'yaml';
import { composeOf } from '../../../../src/snapshots/swarm/compose/composeOf';
import { bytes, duration, processors } from '../../../../src/snapshots/swarm/compose/units';
import { yamlText } from '../../../../src/snapshots/swarm/compose/yamlText';
import type { Definition } from '../../../../src/snapshots/swarm/layout';
import { projectFolder } from '../../../support/snapshots/fixtures';
import { definition, definitionsOf } from '../../../support/swarm/definitions';
import type { EngineLists } from '../../../support/swarm/definitions';

/* eslint-disable @typescript-eslint/no-explicit-any -- specs are changed in all kinds of places */
/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access */
/* eslint-disable @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-argument, @typescript-eslint/no-unsafe-return */

/** What engine 20.10 gave of a deployed stack. */
const SHOP = join(projectFolder, 'test/unit/snapshots/swarm/fixtures/shop.json');
const read = (): Definition[] =>
  definitionsOf(JSON.parse(readFileSync(SHOP, 'utf8')) as EngineLists);

/** The losses after a change of one definition; none when it could be written. */
function losses(id: string, change: (value: any) => void): string[] {
  const definitions = read();
  change(definition(definitions, id).value);
  const written = composeOf('shop', definitions);
  return 'loss' in written ? written.loss : [];
}
const web = (change: (spec: any) => void) =>
  losses('service/shop_web', (value) => change(value.Spec));
const container = (change: (spec: any) => void) =>
  web((spec) => change(spec.TaskTemplate.ContainerSpec));
const IN = 'service shop_web: TaskTemplate.ContainerSpec';

function yaml(): string {
  const written = composeOf('shop', read());
  assert.ok('yaml' in written, JSON.stringify(written));
  return written.yaml;
}

/** Every object of a spec but the maps of the user's own names. */
function objects(value: unknown, path = ''): { path: string; object: Record<string, unknown> }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, item]) =>
    ['Labels', 'Options', 'Sysctls'].includes(key) ? [] : objects(item, `${path}.${key}`),
  );
  return Array.isArray(value)
    ? inner
    : [{ path, object: value as Record<string, unknown> }, ...inner];
}

describe('a stack as a Compose file', () => {
  it('has the services, networks and volumes of the stack, without its prefix', () => {
    const file = parse(yaml(), { version: '1.1' });
    assert.deepEqual(Object.keys(file.services), ['plain', 'web']);
    assert.deepEqual(Object.keys(file.networks), ['back', 'default', 'front']);
    assert.deepEqual(file.volumes.other, { external: true, name: 'other' });
    assert.equal(file.services.web.image, 'busybox:test');
    assert.equal(file.services.web.secrets[1].mode, 0o400);
    assert.deepEqual(file.services.web.networks, { back: null, front: { aliases: ['www'] } });
  });

  it('holds neither payloads nor data, and says what must be there before', () => {
    const file = parse(yaml(), { version: '1.1' });
    assert.deepEqual(file.secrets.key, { external: true, name: 'shop_key' });
    assert.deepEqual(file.configs.conf, { external: true, name: 'shop_conf' });
    assert.match(yaml(), /^# {3}secrets: shop_key, outside$|^# {3}secrets: outside, shop_key$/m);
    const data = definition(read(), 'config/shop_conf').value['Spec'] as { Data: string };
    assert.ok(!yaml().includes(data.Data));
    assert.ok(!yaml().includes('Service.Name'));
  });

  it('names every field that it does not know, wherever it stands', () => {
    const spec = definition(read(), 'service/shop_web').value['Spec'];
    const places = objects(spec);
    assert.ok(places.length > 30, String(places.length));
    for (const { path } of places) {
      const found = web((changed) => {
        const place = objects(changed).find((one) => one.path === path);
        assert.ok(place);
        place.object['Unheard'] = 'of';
      });
      assert.equal(found.length > 0 && found.every((one) => one.includes('Unheard')), true, path);
    }
  });

  it('names what Compose has no word for', () => {
    assert.deepEqual(
      container((spec) => (spec.DNSConfig.Options = ['ndots:2'])),
      [`${IN}.DNSConfig.Options`],
    );
    assert.deepEqual(
      container((spec) => (spec.Mounts[4].TmpfsOptions.Mode = 0o1777)),
      [`${IN}.Mounts[4].TmpfsOptions.Mode`],
    );
    assert.deepEqual(
      container((spec) => (spec.Privileges.SELinuxContext = { Type: 'svirt_t' })),
      [`${IN}.Privileges.SELinuxContext.Type`],
    );
    assert.deepEqual(
      losses('network/shop_front', (network) => (network.EnableIPv6 = true)),
      ['network shop_front: EnableIPv6'],
    );
  });

  it('names what deploying would do in another way', () => {
    const why = (found: string[]) => found.map((one) => one.replace(/^.*\((.*)\)$/, '$1'));
    const job = { ReplicatedJob: { MaxConcurrent: 1, TotalCompletions: 4 } };
    const cases: [string[], RegExp][] = [
      [container((spec) => spec.Env.push('HOME')), /^a name without a value/],
      [container((spec) => spec.Env.push('A=2')), /^A twice/],
      [container((spec) => spec.Env.push('<<=2')), /^a name that YAML keeps/],
      [container((spec) => (spec.Hosts = ['10.0.0.1 a b'])), /^more than one name/],
      [container((spec) => (spec.CapabilityAdd = ['NET_ADMIN'])), /^deploying writes/],
      [container((spec) => (spec.Labels = {})), /^without com\.docker\.stack\.namespace/],
      [web((spec) => (spec.TaskTemplate.Networks[0].Aliases = [])), /^without web/],
      [web((spec) => (spec.TaskTemplate.Networks = [])), /^none, and deploying attaches one/],
      [web((spec) => (spec.TaskTemplate.Networks[0].Target = 'gone')), /not among/],
      [web((spec) => (spec.TaskTemplate.Placement.Constraints = ['node.id==x'])), /by the id/],
      [web((spec) => (spec.Mode = job)), /^Compose has one number/],
      [web((spec) => (spec.Name = 'web')), /^not shop_/],
      [
        losses('network/shop_front', (network) => (network.IPAM.Config[0].Gateway = '10.77.0.9')),
        /^not the first address/,
      ],
    ];
    for (const [found, expected] of cases) {
      assert.ok(
        why(found).some((one) => expected.test(one)),
        `${String(expected)}: ${found.join('; ')}`,
      );
    }
  });

  it('names a network that no service uses, and a volume that was made in another way', () => {
    assert.deepEqual(
      losses('service/shop_plain', (value) => {
        value.Spec.TaskTemplate.Networks[0].Target = definition(read(), 'network/shop_back').value[
          'Id'
        ];
      }).filter((one) => one.startsWith('network')),
      ['network shop_default: (no service uses it, so deploying would not make it)'],
    );
    const definitions = read();
    const made = {
      Name: 'shop_data',
      Driver: 'local',
      Options: { type: 'tmpfs', device: 'tmpfs', o: 'size=2m' },
      Labels: { 'com.docker.stack.namespace': 'shop', v: 'w' },
    };
    definitions.push(...definitionsOf({ volumes: [made] }));
    assert.deepEqual(composeOf('shop', definitions), { loss: ['volume shop_data: Options.o'] });
  });

  it('takes a digest as it is, and then the platforms that came with it', () => {
    const pinned = `busybox:test@sha256:${'0'.repeat(64)}`;
    const platforms = [{ Architecture: 'amd64', OS: 'linux' }];
    const place = (image: string) =>
      web((spec) => {
        spec.TaskTemplate.ContainerSpec.Image = image;
        spec.TaskTemplate.Placement.Platforms = platforms;
      });
    assert.deepEqual(place(pinned), []);
    assert.deepEqual(place('busybox:test'), ['service shop_web: TaskTemplate.Placement.Platforms']);
  });

  it('writes jobs that Compose can say, and which command line they need', () => {
    const definitions = read();
    const spec = definition(definitions, 'service/shop_web').value['Spec'] as any;
    spec.Mode = { ReplicatedJob: { MaxConcurrent: 3, TotalCompletions: 3 } };
    const written = composeOf('shop', definitions);
    assert.ok('yaml' in written, JSON.stringify(written));
    assert.match(written.yaml, /^# Jobs need the docker command line 23\.0 or newer\.$/m);
    const { deploy } = parse(written.yaml, { version: '1.1' }).services.web;
    assert.deepEqual([deploy.mode, deploy.replicas], ['replicated-job', 3]);
  });

  it('says so when there is no such stack', () => {
    assert.deepEqual(composeOf('nothing', read()), {
      loss: ['stack nothing: (it has no service)'],
    });
  });

  it('writes times, processors and sizes exactly', () => {
    assert.deepEqual([0, 1, 1_500_000, 90e9, 3600e9, 7384e9].map(duration), [
      '0s',
      '1ns',
      '1500000ns',
      '1m30s',
      '1h',
      '2h3m4s',
    ]);
    assert.deepEqual([1, 5e8, 2e9, 1_234_567_890].map(processors), [
      '0.000000001',
      '0.5',
      '2',
      '1.23456789',
    ]);
    assert.deepEqual([1, 1024, 3 * 2 ** 20, 2 ** 33].map(bytes), ['1b', '1K', '3M', '8G']);
  });

  it('reads back as the same texts under YAML 1.1 and 1.2, dollar signs doubled', () => {
    const words = fc.constantFrom(
      'no',
      'y',
      '1:30',
      '0o7',
      '010',
      '~',
      '\u0085',
      '\u2028',
      '\x7f',
      '1_0',
      '.5',
      '=',
      '',
    );
    const text = fc.oneof(words, fc.string({ unit: 'grapheme' })).filter((one) => one !== '<<');
    fc.assert(
      fc.property(fc.dictionary(text, text), (map) => {
        const expected = Object.fromEntries(
          Object.entries(map).map(([key, value]) => [key, value.replaceAll('$', '$$$$')]),
        );
        const written = yamlText({ labels: map }, ['x']);
        assert.doesNotMatch(written, /[\x7f-\x9f\u2028\u2029]/);
        for (const version of ['1.1', '1.2'] as const) {
          const back = parse(written, { version }) as { labels: unknown };
          assert.deepEqual({ ...(back.labels as object) }, expected);
        }
      }),
    );
  });
});
