import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterConfig } from '../../../src/core/config/parse';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { asked, backup, cluster, ID, plan, report, run } from './fakes';
import type { World } from './fakes';

const TOKEN = 'a-token-nobody-may-see';

function withToken(token: unknown, rest: Partial<ClusterConfig> = {}): World {
  return {
    config: { clusters: [cluster({ connection: { address: 'http://c:8500', token }, ...rest })] },
    operations: { backup: () => Promise.resolve(backup()) },
  };
}

describe('Secrets on the command line', () => {
  const tokenOf = (outcome: Awaited<ReturnType<typeof run>>) =>
    (asked(outcome, 'backup') as { cluster: ResolvedCluster } | undefined)?.cluster.connected
      .secrets.token;

  it('come from the environment, a stored one by its own variable', async () => {
    const byName = await run(['create', 'prod'], {
      ...withToken({ env: 'TOK' }),
      env: { TOK: TOKEN },
    });
    assert.equal(tokenOf(byName), TOKEN);
    const stored = await run(['create', 'prod'], {
      ...withToken({ secret: 'my-token' }),
      env: { CLUSTER_BACKUP_SECRET_MY_TOKEN: TOKEN },
    });
    assert.equal(tokenOf(stored), TOKEN);
  });

  it('are asked for on a terminal without being shown, a stored one only', async () => {
    const outcome = await run(['create', 'prod'], {
      ...withToken({ secret: 'my-token' }),
      typed: TOKEN,
    });
    assert.equal(outcome.code, 0);
    assert.equal(tokenOf(outcome), TOKEN);
    assert.match(outcome.err, /Token of cluster "prod" at http:\/\/c:8500: /);
    assert.ok(!outcome.err.includes(TOKEN));
    const env = await run(['create', 'prod'], { ...withToken({ env: 'TOK' }), typed: TOKEN });
    assert.equal(env.code, 3);
  });

  it('are asked for once, and again for another address', async () => {
    const { err } = await run(['restore', ID, '--to', 'other', '--yes'], {
      config: {
        clusters: [
          cluster({ encryption: { passphrase: { secret: 'one' } } }),
          cluster({
            name: 'other',
            connection: { address: 'http://o:8500', token: { secret: 'one' } },
            encryption: { passphrase: { secret: 'one' } },
          }),
        ],
      },
      backups: [backup({ encryption: { kind: 'passphrase' } })],
      typed: 'open sesame\nthe-token\nnever asked',
      operations: {
        planRestore: () => Promise.resolve(plan()),
        restore: () => Promise.resolve({ checks: [] }),
      },
    });
    assert.deepEqual(err.match(/^.*: $/gm), [
      'Passphrase for backups of cluster "prod": ',
      'Token of cluster "other" at http://o:8500: ',
    ]);
  });

  it('are an error that names the variable where nobody can be asked', async () => {
    for (const argv of [
      ['create', 'prod'],
      ['create', 'prod', '--json'],
    ]) {
      const outcome = await run(argv, {
        ...withToken({ secret: 'my-token' }),
        ...(argv.includes('--json') ? { typed: TOKEN } : {}),
        env: { CLUSTER_BACKUP_SECRET_MY_TOKEN: '' },
      });
      assert.equal(outcome.code, 3);
      assert.match(outcome.err, /config\.secretMissing/);
      assert.match(outcome.err, /Set CLUSTER_BACKUP_SECRET_MY_TOKEN/);
    }
  });

  it('come from a file that the environment names, without the newline at its end', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-secrets-'));
    try {
      const file = join(folder, 'token');
      const withFile = (env: Record<string, string>) =>
        run(['create', 'prod'], { ...withToken({ secret: 'my-token' }), env });
      const name = 'CLUSTER_BACKUP_SECRET_MY_TOKEN';
      for (const [content, expected] of [
        [`${TOKEN}\n`, TOKEN],
        [`${TOKEN}\r\n`, TOKEN],
        [` ${TOKEN} \n\n`, ` ${TOKEN} \n`],
      ] as const) {
        await writeFile(file, content);
        assert.equal(tokenOf(await withFile({ [`${name}_FILE`]: file })), expected);
      }
      const both = await withFile({ [name]: 'the-variable', [`${name}_FILE`]: file });
      assert.equal(tokenOf(both), 'the-variable');
      const gone = await withFile({ [`${name}_FILE`]: join(folder, 'gone') });
      assert.equal(gone.code, 2);
      assert.match(gone.err, new RegExp(`${name}_FILE names, can't be read.*config\\.unreadable`));
      await writeFile(file, 'x'.repeat(64 * 1024 + 1));
      const large = await withFile({ [`${name}_FILE`]: file });
      assert.match(large.err, /too large for a secret/);
      await writeFile(file, '\n');
      assert.match((await withFile({ [`${name}_FILE`]: file })).err, /config\.secretMissing/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are taken out of all that is printed', async () => {
    const world = {
      ...withToken({ env: 'TOK' }),
      env: { TOK: TOKEN },
      operations: {
        backup: (
          _: unknown,
          { log }: { log: { info(m: string): void; warn(m: string): void } },
        ) => {
          log.info(`Sent ${TOKEN}`);
          log.warn(`Sent ${TOKEN}`);
          return Promise.reject(new Error(`Refused ${TOKEN}`));
        },
      } as World['operations'] & object,
    };
    for (const flags of [[], ['--verbose'], ['--json'], ['--json', '--verbose']]) {
      const { out, err } = await run(['create', 'prod', ...flags], world);
      assert.ok(!(out + err).includes(TOKEN), `${flags.join(' ')}: ${out}${err}`);
      assert.match(err, /•••/);
    }
    const noted = await run(['create', 'prod', '--json'], {
      ...world,
      operations: { backup: () => Promise.resolve(backup({ notes: [`By ${TOKEN}`] })) },
    });
    assert.match(noted.out, /By •••/);
  });
});

describe('What opens a backup', () => {
  const inspected = {
    session: 1,
    name: 'x',
    size: 1,
    encryption: { kind: 'passphrase' as const, keyIds: [] },
    product: { id: 'consul', title: 'Consul snapshot' },
    report,
    verification: { at: '2026-11-21T12:00:00.000Z', by: '0.1.0', result: 'ok' as const },
  };
  const world = (changes: World = {}): World => ({
    config: {
      clusters: [
        cluster({
          // Looking into a backup needs no token: this one is not set.
          connection: { token: { env: 'NOT_SET' } },
          encryption: { passphrase: { env: 'PASS' } },
        }),
      ],
    },
    backups: [backup({ encryption: { kind: 'passphrase' } })],
    operations: { inspectOpen: () => Promise.resolve(inspected) },
    ...changes,
  });
  const decryption = (outcome: Awaited<ReturnType<typeof run>>) =>
    (asked(outcome, 'inspectOpen') as { decryption: unknown } | undefined)?.decryption;

  it('is the passphrase of its cluster, without asking for the token', async () => {
    const outcome = await run(['inspect', ID, '--json'], world({ env: { PASS: 'open sesame' } }));
    assert.equal(outcome.code, 0, outcome.err);
    assert.deepEqual(decryption(outcome), { passphrase: 'open sesame' });
  });

  it('is before that what --passphrase-env names', async () => {
    const outcome = await run(
      ['inspect', ID, '--json', '--passphrase-env', 'P2'],
      world({ env: { PASS: 'open sesame', P2: 'other' } }),
    );
    assert.deepEqual(decryption(outcome), { passphrase: 'other' });
  });

  it('is asked for on a terminal where the configuration has none', async () => {
    const none = { config: { clusters: [cluster()] } };
    const outcome = await run(['inspect', ID, '--format', 'json'], {
      ...world(none),
      typed: 'open sesame',
      operations: {
        inspectOpen: () => Promise.resolve(inspected),
        inspectJson: () => Promise.resolve('{}'),
      },
    });
    assert.deepEqual(decryption(outcome), { passphrase: 'open sesame' });
    assert.equal(outcome.out, '{}\n');
    const closed = await run(['inspect', ID], world(none));
    assert.equal(closed.code, 3);
    assert.match(closed.err, /\[core\.needsPassphrase\]\nNext: .*--passphrase-env/);
  });
});
