import assert from 'node:assert/strict';
import { homedir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { systems } from '../../../src/adapters/registry';
import { addCluster, editConfig } from '../../../src/core/config/edit';
import { parseConfig } from '../../../src/core/config/parse';
import { configJsonSchema } from '../../../src/core/config/schema';
import { secretNeeds } from '../../../src/core/config/secrets';
import { toErrorInfo } from '../../../src/core/errors';

const FILE = '/etc/backup/cluster-backup.jsonc';
const parse = (text: string) => parseConfig(text, FILE, { systems, defaultVault: '/data/vault' });

const GOOD = `{
  // Ours.
  "vault": "./backups",
  "clusters": {
    "prod": {
      "system": "consul",
      "address": "https://consul.example.com:8501", // behind the balancer
      "token": { "secret": "prod.token" },
      "caFile": "tls/ca.pem",
      "encryption": { "passphrase": { "env": "BACKUP_PASSPHRASE" } },
    },
  },
}
`;

describe('cluster-backup.jsonc', () => {
  it('gives clusters with paths resolved against its own folder', () => {
    const { clusters, problems } = parse(GOOD);
    assert.deepEqual(problems, []);
    const [prod] = clusters;
    assert.equal(prod?.name, 'prod');
    assert.equal(prod.vault, '/etc/backup/backups');
    assert.equal(prod.connection.caFile, '/etc/backup/tls/ca.pem');
    assert.deepEqual(prod.encryption, { passphrase: { env: 'BACKUP_PASSPHRASE' } });
  });

  it('falls back to the default vault, and knows the home folder', () => {
    const one = (vault: string) =>
      parse(`{${vault}"clusters":{"a":{"system":"consul"}}}`).clusters[0]?.vault;
    assert.equal(one(''), '/data/vault');
    assert.equal(one('"vault":"~/b",'), join(homedir(), 'b'));
  });

  it('lets one wrong cluster not hide the others, and says where it is wrong', () => {
    const { clusters, problems } = parse(`{
      "clusters": {
        "good": { "system": "consul" },
        "typo": { "system": "consul", "adress": "x" },
        "other": { "system": "nomad" },
        "../evil": { "system": "consul" }
      }
    }`);
    assert.deepEqual(
      clusters.map((c) => c.name),
      ['good'],
    );
    assert.deepEqual(
      problems.map((p) => [p.cluster, p.line]),
      [
        ['typo', 4],
        ['other', 5],
        ['../evil', 6],
      ],
    );
    assert.match(problems[0]?.message ?? '', /adress/);
    assert.match(problems[1]?.message ?? '', /"consul"/);
  });

  it('never replaces a default that is wrong by a weaker one', () => {
    const { clusters, problems } = parse(
      '{"encryption":{"passphrase":"in clear"},"clusters":{"a":{"system":"consul"}}}',
    );
    assert.deepEqual(clusters, []);
    assert.equal(problems.length, 1);
  });

  it('never takes a secret by value', () => {
    const { clusters, problems } = parse(
      '{"clusters":{"a":{"system":"consul","token":"s3cr3t-t0ken"}}}',
    );
    assert.equal(clusters.length, 0);
    assert.equal(problems.length, 1);
    assert.doesNotMatch(JSON.stringify(problems), /s3cr3t/);
  });

  it('reports text that is no JSON, and a file that is no object', () => {
    assert.match(parse('{"clusters": {').problems[0]?.message ?? '', /not valid JSON/);
    assert.match(parse('[]').problems[0]?.message ?? '', /object/);
    assert.match(parse('{"clusters": 3}').problems[0]?.message ?? '', /clusters/);
    assert.deepEqual(parse('').problems, []);
  });

  it('keeps comments and layout when it is edited', () => {
    const text = addCluster(GOOD, 'test', { system: 'consul', address: 'http://127.0.0.1:8500' });
    assert.match(text, /\/\/ Ours\./);
    assert.match(text, /\/\/ behind the balancer/);
    assert.deepEqual(
      parse(text).clusters.map((c) => c.name),
      ['prod', 'test'],
    );
    const back = editConfig(text, ['clusters', 'test'], undefined);
    assert.deepEqual(
      parse(back).clusters.map((c) => c.name),
      ['prod'],
    );
  });

  it('keeps tabs and line ends of the file', () => {
    const text = addCluster('{\r\n\t"clusters": {}\r\n}\r\n', 'a', { system: 'consul' });
    assert.match(text, /\r\n\t\t"a": \{\r\n\t\t\t"system"/);
  });

  it('starts a new file with a comment, and takes no name twice', () => {
    const text = addCluster('', 'a', { system: 'consul' });
    assert.match(text, /\/\/ .*Secrets are references/);
    assert.throws(
      () => addCluster(text, 'a', { system: 'consul' }),
      (e) => toErrorInfo(e).code === 'config.nameTaken',
    );
  });

  it('has a JSON schema that takes what the parser takes and refuses what it refuses', () => {
    const schema = JSON.parse(configJsonSchema(systems)) as Record<string, unknown>;
    delete schema.allowComments;
    delete schema.allowTrailingCommas;
    const validate = new Ajv({
      strict: false,
      formats: { uri: (text: string) => URL.canParse(text) },
    }).compile(schema);
    assert.ok(
      validate({ clusters: { a: { system: 'consul', token: { env: 'X' } } } }),
      JSON.stringify(validate.errors),
    );
    assert.ok(!validate({ clusters: { a: { system: 'consul', token: 'value' } } }));
    assert.ok(!validate({ clusters: { a: { system: 'consul', adress: 'x' } } }));
    assert.ok(!validate({ clusters: { a: { system: 'unknown' } } }));
  });

  it('binds every secret to the address it is for', () => {
    const needs = (text: string) => {
      const [cluster] = parse(text).clusters;
      const [system] = systems;
      assert.ok(cluster && system);
      return secretNeeds(cluster, system);
    };
    const mine = needs(GOOD);
    assert.deepEqual(
      mine.map((n) => n.field),
      ['token', 'encryption.passphrase'],
    );
    const moved = needs(GOOD.replace('consul.example.com', 'evil.example.com'));
    assert.equal(moved[0]?.reference && 'secret' in moved[0].reference, true);
    assert.notEqual(moved[0]?.binding, mine[0]?.binding);
    assert.equal(moved[1]?.binding, mine[1]?.binding);
  });

  describe('and its policies', () => {
    const upsun = `"project": "p", "token": { "secret": "t" }`;
    const told = (text: string) => {
      const { clusters, problems } = parse(text);
      return {
        policies: clusters.map(({ policy }) => policy),
        problems: problems.map(
          ({ line, cluster, message }) => `${line} ${cluster ?? ''} ${message}`,
        ),
      };
    };

    it('merges the fields of the file and of the cluster', () => {
      const { policies, problems } = told(`{
        "policy": { "schedules": [{ "interval": "5m", "count": 3 }], "manualCount": 2 },
        "clusters": { "a": { "system": "consul", "policy": { "manualCount": 4 } } }
      }`);
      assert.deepEqual(problems, []);
      assert.deepEqual(policies, [{ schedules: [{ interval: '5m', count: 3 }], manualCount: 4 }]);
    });

    it('tells of what contradicts itself where it stands, and does nothing by it', () => {
      const { policies, problems } = told(`{
        "policy": {
          "manualCount": 9
        },
        "clusters": {
          "a": {
            "system": "consul",
            "policy": {
              "schedules": [
                { "interval": "1d", "count": 3 },
                { "interval": "1d", "count": 7 }
              ]
            }
          },
          "b": { "system": "consul", "policy": { "maxBackups": 5 } },
          "c": { "system": "consul" }
        }
      }`);
      assert.deepEqual(policies, [undefined, undefined, { manualCount: 9 }]);
      assert.equal(problems.length, 2);
      assert.match(
        problems[0] ?? '',
        /^11 a .*"policy\.schedules\.1\.interval": 1d is there twice/,
      );
      assert.match(problems[1] ?? '', /^3 b .*"policy\.manualCount": 9 made by hand are more than/);
    });

    it('knows the modes of the system', () => {
      const { policies, problems } = told(
        `{ "clusters": { "a": { "system": "consul", "policy": { "mode": "warm" } } } }`,
      );
      assert.deepEqual(policies, [undefined]);
      assert.match(problems[0] ?? '', /no mode "warm"\. Modes are "consistent"/);
    });

    it('leaves the schedules of a platform that has its own to that one', () => {
      const schedules = `"schedules": [{ "interval": "1d", "count": 3 }]`;
      const both = (own: string) =>
        told(
          `{ "policy": { ${schedules} }, "clusters": { "a": { "system": "upsun", ${upsun}${own} } } }`,
        );
      assert.match(both('').problems[0] ?? '', /Edit Retention on the Platform/);
      assert.deepEqual(both('').policies, [undefined]);
      assert.deepEqual(both(', "policy": { "schedules": [] }'), {
        policies: [{ schedules: [] }],
        problems: [],
      });
    });
  });
});
