import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configErrors } from '../../../src/core/config/configErrors';
import { coreErrors } from '../../../src/core/errors';
import { vaultErrors } from '../../../src/vaults/errors';
import { asked, backup, cluster, ID, run } from './fakes';

const done = { backup: () => Promise.resolve(backup()) };

describe('Arguments of the command line', () => {
  it('hands create what was asked for', async () => {
    const outcome = await run(['create', 'prod', '--label', 'nightly', '--mode', 'stale'], {
      operations: done,
    });
    assert.equal(outcome.code, 0);
    const { mode, label, origin } = asked(outcome, 'backup') as Record<string, unknown>;
    assert.deepEqual(
      { mode, label, origin },
      {
        mode: 'stale',
        label: 'nightly',
        origin: { kind: 'manual' },
      },
    );
  });

  for (const [name, argv] of Object.entries({
    'no command': [],
    'an unknown command': ['creat', 'prod'],
    'an unknown option': ['list', '--nope'],
    'a missing argument': ['create'],
    'one argument too many': ['show', 'a', 'b'],
    'a missing value': ['create', 'prod', '--label'],
    'a bad choice': ['inspect', 'x', '--format', 'xml'],
    'a bad number': ['inspect', 'x', '--kvdetails', '--kvdepth', 'two'],
    'a key filter without --kvdetails': ['inspect', 'x', '--kvfilter', 'a'],
    'no target of a restore': ['restore', ID],
    'an unknown cluster': ['create', 'nope'],
    'a bad label': ['create', 'prod', '--label', '..x'],
    'a variable that is not set': [
      'restore',
      ID,
      '--to',
      'prod',
      '--yes',
      '--check-token-env',
      'T',
    ],
  })) {
    it(`takes ${name} for wrong usage, and says what to do`, async () => {
      const outcome = await run(argv, { backups: [backup()] });
      assert.equal(outcome.code, 2);
      assert.equal(outcome.out, '');
      assert.match(outcome.err, /^Error: .+ \[[a-zA-Z]+\.[a-zA-Z]+\]\nNext: .+\n$/m);
      const json = await run([...argv, '--json'], { backups: [backup()] });
      assert.equal(json.code, 2);
      assert.equal(json.out, '');
      assert.equal((JSON.parse(json.err) as { category: string }).category, 'usage');
    });
  }

  it('gives help and version on stdout with code 0', async () => {
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    for (const command of ['clusters', 'create', 'list', 'show', 'inspect', 'verify', 'restore']) {
      assert.match(help.out, new RegExp(`^ {2}${command} `, 'm'));
    }
    assert.match(help.out, /Exit codes: 0 done/);
    assert.equal((await run(['restore', '--help'])).code, 0);
    assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  });

  it('ends with the exit code of what went wrong', async () => {
    const failing = (error: Error) =>
      run(['create', 'prod'], { operations: { backup: () => Promise.reject(error) } });
    const message = 'Something.';
    assert.equal((await failing(vaultErrors.diskFull({ message }))).code, 1);
    assert.equal((await failing(new TypeError('a bug'))).code, 1);
    assert.equal((await failing(coreErrors.unsupported({ message }))).code, 2);
    assert.equal((await failing(vaultErrors.locked({ message }))).code, 3);
    assert.equal((await failing(configErrors.secretMissing({ message }))).code, 3);
    assert.equal((await failing(coreErrors.cancelled({ message }))).code, 130);
  });

  it('gives the details of an error only with --verbose', async () => {
    const operations = { backup: () => Promise.reject(new TypeError('a bug')) };
    const plain = await run(['create', 'prod'], { operations });
    assert.doesNotMatch(plain.err, /at .*arguments\.test/);
    assert.match(plain.err, /\[core\.unexpected\]/);
    const verbose = await run(['create', 'prod', '--verbose'], { operations });
    assert.match(verbose.err, /at .*arguments\.test/);
  });
});

describe('The configuration of the command line', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'cluster-backup-cli-'))));
  after(() => rm(folder, { recursive: true }));

  it('is --config, else CLUSTER_BACKUP_CONFIG, else the own file of the user', async () => {
    const file = async (argv: string[], env: Record<string, string>) =>
      asked(await run(['list', ...argv], { env, cwd: folder }), 'readConfig');
    const env = { CLUSTER_BACKUP_CONFIG: '/etc/b.jsonc' };
    assert.equal(await file(['--config', 'a.jsonc'], env), join(folder, 'a.jsonc'));
    assert.equal(await file([], env), '/etc/b.jsonc');
    assert.equal(await file([], { CLUSTER_BACKUP_CONFIG: '' }), '/home/me/cluster-backup.jsonc');
  });

  it('is never the one in the current folder, which is only spoken of', async () => {
    await writeFile(join(folder, 'cluster-backup.jsonc'), '{}');
    const outcome = await run(['create', 'other'], { cwd: folder });
    assert.equal(asked(outcome, 'readConfig'), '/home/me/cluster-backup.jsonc');
    assert.equal(outcome.code, 2);
    assert.match(
      outcome.err,
      /Known clusters: prod\. There is a cluster-backup\.jsonc in this folder/,
    );
    const none = await run(['list'], { cwd: folder, noConfig: true });
    assert.match(
      none.err,
      /\[cli\.noConfiguration\]\nNext: There is a cluster-backup\.jsonc in this/,
    );
  });

  it('refuses a file whose defaults could not be read: a backup might not be encrypted', async () => {
    const problems = [{ message: '"encryption": Invalid input.', offset: 0, line: 3 }];
    const outcome = await run(['create', 'prod'], { config: { problems }, operations: done });
    assert.equal(outcome.code, 2);
    assert.match(
      outcome.err,
      /cluster-backup\.jsonc:3: "encryption": Invalid input\. \[config\.inv/,
    );
    assert.equal(asked(outcome, 'backup'), undefined);
  });

  it('lets a wrong cluster not hide the others, but says so', async () => {
    const problems = [{ cluster: 'dev', message: 'Cluster "dev": no.', offset: 0, line: 9 }];
    const world = { config: { clusters: [cluster()], problems }, operations: done };
    assert.equal((await run(['create', 'prod'], world)).code, 0);
    assert.match(
      (await run(['create', 'dev'], world)).err,
      /:9: Cluster "dev": no\. \[config\.inv/,
    );
    const listed = await run(['clusters', '--no-status'], world);
    assert.match(listed.out, /^prod /m);
    assert.equal(listed.code, 2);
  });
});
