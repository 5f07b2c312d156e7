import assert from 'node:assert/strict';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { ensureDebianPackage } from '../../../src/sandbox/parts/debian';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { silent } from '../../../src/sandbox/parts/log';
import { run } from '../../../src/sandbox/parts/processes';
import { CLI, Workplace } from '../cli/support';
import type { CliResult } from '../cli/support';

const SECRETS = {
  CLUSTER_BACKUP_SECRET_PROD_TOKEN: 'a-token-nobody-may-see',
  PASS: 'a-passphrase-nobody-may-see',
};
const policy = { schedules: [{ interval: '1h', count: 24 }] };

const metadata = z.strictObject({
  name: z.literal('cluster-backup-agent'),
  labels: z.strictObject({ 'app.kubernetes.io/name': z.literal('cluster-backup-agent') }),
  annotations: z.record(z.string(), z.string()).optional(),
});
/** As the API of Kubernetes has them: what stands in none of these would be refused there, or dropped. */
const kinds = {
  ConfigMap: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('ConfigMap'),
    metadata,
    data: z.record(z.string().regex(/^[-._a-zA-Z0-9]+$/), z.string()),
  }),
  PersistentVolumeClaim: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('PersistentVolumeClaim'),
    metadata,
    spec: z.strictObject({
      accessModes: z.array(z.enum(['ReadWriteOnce'])),
      resources: z.strictObject({ requests: z.strictObject({ storage: z.string() }) }),
    }),
  }),
  Service: z.strictObject({
    apiVersion: z.literal('v1'),
    kind: z.literal('Service'),
    metadata,
    spec: z.strictObject({
      selector: z.record(z.string(), z.string()),
      ports: z.array(
        z.strictObject({
          name: z.string(),
          port: z.number().int(),
          targetPort: z.string(),
          protocol: z.literal('TCP'),
        }),
      ),
    }),
  }),
};

describe('The agent as a service, printed', function () {
  this.timeout(180_000);
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;

  before(async () => {
    folder = await temporaryFolder('unit');
    at = new Workplace(join(folder.path, 'with a space, 100% $HOME'), SECRETS);
    await at.configure({
      prod: {
        system: 'consul',
        address: 'https://consul.example:8501',
        token: { secret: 'prod.token' },
        caFile: './ca.pem',
        clientKey: '~/keys/client.pem',
        encryption: { passphrase: { env: 'PASS' } },
        policy,
      },
      other: { system: 'consul', address: 'http://[::1]:8500', vault: '/srv/backups', policy },
      byHand: { system: 'consul', vault: '/srv/not-looked-after', token: { env: 'UNUSED' } },
    });
  });
  after(() => folder.remove());

  const printed = async (...args: string[]): Promise<string> => {
    const result: CliResult = await at.run(['agent', 'unit', ...args]);
    assert.equal(result.code, 0, result.err);
    assert.equal(result.err, '');
    for (const secret of Object.values(SECRETS)) assert.ok(!result.out.includes(secret));
    return result.out;
  };

  describe('for systemd', () => {
    let analyze: string;
    let units: string;

    before(async () => {
      analyze = await ensureDebianPackage('systemd', 'systemd-analyze', silent);
      units = join(folder.path, 'units');
      await mkdir(units);
    });

    /** What the real systemd has to say of a unit: nothing, when all is well. */
    const verified = async (text: string, ...args: string[]): Promise<string> => {
      const file = join(units, 'cluster-backup-agent.service');
      await writeFile(file, text);
      // Its complaints go to stderr and do not always change its exit code.
      const script = '"$@" 2>&1; echo "ended with $?"';
      const env = { PATH: process.env.PATH, XDG_RUNTIME_DIR: units, HOME: units };
      return run('sh', ['-c', script, 'sh', analyze, ...args, 'verify', file], { env });
    };

    it('is taken by systemd without a word, in all its forms', async () => {
      for (const args of [
        [],
        ['--credentials'],
        ['--run-as', 'root'],
        ['--listen', '[::1]:9000'],
        ['--no-listen'],
      ]) {
        const unit = await printed('systemd', ...args);
        assert.equal(await verified(unit), 'ended with 0\n', unit);
      }
      const unit = await printed('systemd', '--user');
      assert.equal(await verified(unit, '--user'), 'ended with 0\n', unit);
      const wrong = unit.replace('Type=exec', 'Type=exec\nKilMode=mixed');
      assert.match(await verified(wrong, '--user'), /KilMode/, 'systemd looks at it');
      const gone = unit.replace(/^ExecStart=\S+/m, 'ExecStart=/nowhere/node');
      assert.match(await verified(gone, '--user'), /nowhere/);
    });

    it('runs this very program, writes to its folders only and names each secret', async () => {
      const unit = await printed('systemd');
      const home = join(at.folder, 'home').replaceAll('%', '%%');
      const config = at.config.replaceAll('%', '%%').replaceAll('$', '$$$$');
      const line = (start: string) =>
        unit
          .split('\n')
          .filter((one) => one.startsWith(`${start}=`))
          .map((one) => one.slice(start.length + 1));
      assert.deepEqual(line('ExecStart'), [
        `${process.execPath} ${CLI} agent --config "${config}" --listen 127.0.0.1:9745`,
      ]);
      assert.deepEqual(line('ReadWritePaths'), [
        `"${at.vault.replaceAll('%', '%%')}"`,
        '/srv/backups',
        `"${home}/activities"`,
        `"${home}/state"`,
      ]);
      assert.deepEqual(line('Environment'), [`"CLUSTER_BACKUP_HOME=${home}"`]);
      assert.deepEqual(line('User'), [userInfo().username]);
      assert.deepEqual(line('EnvironmentFile'), ['/etc/cluster-backup/agent.env']);
      for (const name of Object.keys(SECRETS)) assert.ok(unit.includes(`#   ${name}: `), name);
      assert.doesNotMatch(unit, /not-looked-after|UNUSED/, 'of clusters with a policy only');

      const credentials = await printed('systemd', '--credentials');
      for (const name of Object.keys(SECRETS)) {
        assert.ok(
          credentials.includes(`LoadCredential=${name}:/etc/cluster-backup/secrets/${name}\n`),
        );
        assert.ok(credentials.includes(`Environment=${name}_FILE=%d/${name}\n`));
      }
      assert.ok(!credentials.includes('EnvironmentFile'));
      assert.match(
        await printed('systemd', '--user', '--no-listen'),
        /^ExecStart=.* --no-listen$/m,
      );
    });

    it('says so where no cluster has a policy, and fails without a configuration', async () => {
      const bare = new Workplace(join(folder.path, 'bare'));
      await bare.configure({ prod: { system: 'consul' } });
      const { code, out } = await bare.run(['agent', 'unit', 'systemd']);
      assert.equal(code, 0);
      assert.match(out, /No cluster of the configuration has a policy yet/);
      assert.match(out, /names no secret/);
      const none = await new Workplace(folder.path).run(['agent', 'unit', 'swarm']);
      assert.equal(none.code, 2);
      assert.match(none.err, /\[cli\.noConfiguration\]/);
    });
  });

  describe('for Kubernetes', () => {
    const documents = async (...args: string[]) => {
      const text = await printed('kubernetes', ...args);
      const parsed = parseAllDocuments(text, { version: '1.1' }).map((document) => {
        assert.deepEqual([...document.errors, ...document.warnings], []);
        return document.toJS() as { kind?: string } | null;
      });
      const of = (kind: string) => parsed.filter((document) => document?.kind === kind);
      return { text, of, kinds: parsed.flatMap((document) => document?.kind ?? []) };
    };

    it('is made of what Kubernetes knows, as its own program reads it', async () => {
      const kubectl = await ensureDebianPackage('kubernetes-client', 'kubectl', silent);
      const { of, kinds: printedKinds } = await documents('--image', 'registry.example/cb:1');
      assert.deepEqual(printedKinds, [
        'ConfigMap',
        'PersistentVolumeClaim',
        'Deployment',
        'Service',
      ]);
      for (const [kind, shape] of Object.entries(kinds)) shape.parse(of(kind)[0]);

      // kubectl reads it into its own types and prints them: what it does not know is lost on the way.
      const throughKubectl = async (deployment: unknown): Promise<unknown> => {
        const input = JSON.stringify(deployment);
        const args = ['set', 'env', '--local', '-f', '-', '-o', 'json', 'ADDED=1'];
        const env = { PATH: process.env.PATH, HOME: folder.path };
        return JSON.parse(await run(kubectl, args, { input, env }));
      };
      const [deployment] = of('Deployment');
      const read = deploymentShape.parse(await throughKubectl(deployment));
      const env = read.spec.template.spec.containers[0]?.env ?? [];
      assert.equal(env.pop()?.name, 'ADDED');
      assert.deepEqual(withoutNothing(read), withoutNothing(deployment));
      const odd = structuredClone(deploymentShape.parse(deployment));
      Object.assign(odd.spec.template.spec, { restartPolicies: 'Never' });
      assert.ok(!JSON.stringify(await throughKubectl(odd)).includes('restartPolicies'));
    });

    it('holds the configuration as it is, and puts all where the configuration looks for it', async () => {
      const { of } = await documents('--storage', '5Gi');
      const [map] = of('ConfigMap').map((one) => kinds.ConfigMap.parse(one));
      assert.equal(map?.data['cluster-backup.jsonc'], `${await readFile(at.config, 'utf8')}\n`);
      const [claim] = of('PersistentVolumeClaim').map((c) => kinds.PersistentVolumeClaim.parse(c));
      assert.equal(claim?.spec.resources.requests.storage, '5Gi');
      const deployment = deploymentShape.parse(of('Deployment')[0]);
      const [container] = deployment.spec.template.spec.containers;
      const mounts = container?.volumeMounts.map(({ mountPath }) => mountPath);
      assert.deepEqual(mounts, [
        '/etc/cluster-backup/cluster-backup.jsonc',
        '/tmp',
        '/var/lib/cluster-backup',
        '/etc/cluster-backup/vault',
        '/srv/backups',
        '/run/secrets',
        '/etc/cluster-backup/ca.pem',
        '/var/lib/cluster-backup/keys/client.pem',
      ]);
      assert.deepEqual(
        container?.env.map(({ name }) => name),
        ['CLUSTER_BACKUP_HOME', 'HOME', ...Object.keys(SECRETS).map((name) => `${name}_FILE`)],
      );
      const text = await printed('kubernetes');
      assert.ok(text.includes(`=${join(homedir(), 'keys/client.pem')}`), 'the file here is named');
    });

    it('refuses a size that is none', async () => {
      const { code, err } = await at.run(['agent', 'unit', 'kubernetes', '--storage', '5 disks']);
      assert.equal(code, 2);
      assert.match(err, /\[cli\.usage\]/);
    });
  });
});

const deploymentShape = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.array(
          z.looseObject({
            env: z.array(z.looseObject({ name: z.string() })),
            volumeMounts: z.array(z.looseObject({ mountPath: z.string() })),
          }),
        ),
      }),
    }),
  }),
});

/** Without what is empty, as programs written in Go print it. */
function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .map(([name, inner]) => [name, withoutNothing(inner)] as const)
    .filter(([, inner]) => inner !== null && JSON.stringify(inner) !== '{}');
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
