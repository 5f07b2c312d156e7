import assert from 'node:assert/strict';
import { vaultErrors } from '../../../src/vaults/errors';
import type { RunContext } from '../../../src/core/ports';
import { asked, backup, cluster, ID, OTHER_ID, run } from './fakes';
import type { World } from './fakes';

describe('Output of the command line', () => {
  const operations: World['operations'] & object = {
    backup: (_, context: RunContext) => {
      context.progress({ phase: 'Backing up', done: 5, unit: 'bytes' });
      context.log.info('Told.');
      context.log.warn('Mind this.');
      context.log.error('Printed once only, at the end.');
      return Promise.resolve(backup({ notes: ['Answered by a follower.'] }));
    },
  };

  it('keeps results and the rest apart', async () => {
    const { out, err } = await run(['create', 'prod'], { operations });
    assert.equal(
      out,
      `Backed up "prod": ${ID}, 36.4 kB, index 3272, checked, encrypted: no\n` +
        '/vault/prod/prod-20261120T120000Z-eaya38.snap\n',
    );
    assert.equal(err, 'Warning: Mind this.\nNote: Answered by a follower.\n');
  });

  it('is with --quiet the id and nothing else', async () => {
    const { out, err } = await run(['create', 'prod', '--quiet'], { operations });
    assert.equal(out, `${ID}\n`);
    assert.equal(err, '');
  });

  it('has with --verbose the log', async () => {
    const { err } = await run(['create', 'prod', '--verbose'], { operations });
    assert.match(err, /^info: Told\.\nwarn: Mind this\.\nerror: Printed once/);
  });

  it('is with --json one document, and lines of JSON beside it', async () => {
    const { out, err } = await run(['create', 'prod', '--json'], { operations });
    const b = backup({ notes: ['Answered by a follower.'] });
    assert.deepEqual(JSON.parse(out), { backup: { ...b, vault: '/vault' } });
    assert.equal(err, '{"type":"warning","message":"Mind this."}\n');
  });

  it('draws progress and colours on a terminal only, and where they are wanted', async () => {
    const err = async (argv: string[], world: World = {}) =>
      (await run(['create', 'prod', ...argv], { operations, ...world })).err;
    const terminal = { stderrIsTerminal: true };
    const bar = '\r\x1b[KBacking up  5 B\r\x1b[K';
    assert.ok((await err([], terminal)).startsWith(`${bar}\x1b[33mWarning:\x1b[0m Mind`));
    assert.ok(
      (await err([], { ...terminal, env: { NO_COLOR: '1' } })).startsWith(`${bar}Warning:`),
    );
    for (const text of [
      await err([]),
      await err(['--quiet'], terminal),
      await err(['--json'], terminal),
      await err([], { ...terminal, env: { TERM: 'dumb' } }),
    ]) {
      assert.ok(!text.includes('\x1b'), JSON.stringify(text));
    }
  });

  it('lists backups newest first', async () => {
    const backups = [
      backup(),
      backup({
        id: OTHER_ID,
        label: 'before-2.0',
        created: '2026-11-21T11:58:00.000Z',
        encryption: { kind: 'passphrase' },
        verification: { at: '2026-11-21T11:59:00.000Z', by: '0.1.0', result: 'damaged' },
      }),
    ];
    const { out } = await run(['list'], { backups });
    assert.equal(
      out,
      `ID                          CLUSTER  CREATED               AGE               SIZE  INDEX  MODE        ENCRYPTED   VERIFIED  LABEL
${OTHER_ID}  prod     2026-11-21 11:58:00Z  2 minutes ago  36.4 kB   3272  consistent  passphrase  DAMAGED   before-2.0
${ID}  prod     2026-11-20 12:00:00Z  1 day ago      36.4 kB   3272  consistent  no          ok
`,
    );
    assert.equal((await run(['list', '-q'], { backups })).out, `${OTHER_ID}\n${ID}\n`);
  });

  it('lists what is left of a cluster that is not configured any more, but no unknown name', async () => {
    const backups = [backup({ cluster: 'gone' })];
    assert.equal((await run(['list', 'gone'], { backups })).code, 0);
    assert.equal((await run(['list', 'never'], { backups })).code, 2);
    const empty = await run(['list', 'prod'], { backups });
    assert.deepEqual([empty.code, empty.out, empty.err], [0, '', 'No backups.\n']);
  });

  it('shows clusters that answer and those that do not, each in its time', async () => {
    const clusters = ['up', 'down', 'slow'].map((name) => cluster({ name }));
    const { code, out, err } = await run(['clusters', '--timeout', '1'], {
      config: { clusters },
      backups: [backup({ cluster: 'up' })],
      operations: {
        status: ({ cluster: { connected } }) => {
          if (connected.name === 'slow') return new Promise(() => undefined);
          if (connected.name === 'down') {
            return Promise.reject(vaultErrors.ioFailed({ message: 'Gone.' }));
          }
          return Promise.resolve({
            health: 'degraded',
            version: '1.20.1',
            leader: '10.0.0.1:8300',
            servers: [],
            quorum: { needed: 2, alive: 2, total: 3 },
            warnings: ['Not verified.'],
          });
        },
      },
    });
    assert.equal(code, 0);
    assert.equal(
      out,
      `NAME  SYSTEM  HEALTH                 VERSION  LEADER         BACKUPS  LAST BACKUP
up    consul  DEGRADED (2/3 voters)  1.20.1   10.0.0.1:8300        1  1 day ago
down  consul  vault.ioFailed         -        -                    0  never
slow  consul  cli.noAnswer           -        -                    0  never
`,
    );
    assert.match(err, /up: Not verified\.\ndown: Gone\. .*\nslow: Cluster "slow" did not answer/);
  });

  it('changes a label, and takes it away', async () => {
    const backups = [backup({ label: 'old' })];
    const named = await run(['label', ID, 'new-one'], { backups });
    assert.equal((asked(named, 'update') as { label?: string }).label, 'new-one');
    const none = await run(['label', ID, ''], { backups });
    assert.ok(!('label' in (asked(none, 'update') as object)));
    assert.equal((await run(['label', ID, 'x'], { backups })).code, 2);
  });
});
