import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coreErrors } from '../../../src/core/errors';
import type { ChangeResult, PlannedChange, RestorePlan } from '../../../src/core/plan';
import { asked, backup, ID, plan, run } from './fakes';
import type { World } from './fakes';

const change = (id: string, changes: Partial<PlannedChange> = {}): PlannedChange => {
  const [kind = '', ...name] = id.split('/');
  return { id, kind, name: name.join('/'), action: 'create', chosen: true, ...changes };
};

const CHANGES: PlannedChange[] = [
  change('network/web_default', { group: 'web', action: 'leave' }),
  change('secret/web_key', {
    group: 'web',
    action: 'cannot',
    code: 'payloadMissing',
    reason: 'A backup never holds the content of a secret',
    asks: { title: 'Content of the secret web_key', given: false },
  }),
  change('volume/node1/data', { bytes: 1_500_000, action: 'update', destructive: true }),
  change('service/web_api', {
    group: 'web',
    action: 'conflict',
    reason: 'It is there and differs. '.repeat(5),
    differences: ['image: nginx:1 instead of nginx:2'],
  }),
  change('service/web_db', { group: 'web', target: 'web_db2' }),
  change('config/other', { chosen: false }),
];

const itemised = (changes: Partial<RestorePlan> = {}): RestorePlan =>
  plan({ changes: CHANGES, choices: {}, comparison: [], current: { counts: {} }, ...changes });

const results: ChangeResult[] = [
  { id: 'service/web_db', result: 'done', message: 'created' },
  { id: 'network/web_default', result: 'left' },
];

function world(changes: World = {}, planned = itemised()): World {
  return {
    backups: [backup()],
    ...changes,
    operations: {
      planRestore: () => Promise.resolve(planned),
      restore: () => Promise.resolve({ safetyBackup: 'SAFETY', checks: [], changes: results }),
      ...changes.operations,
    },
  };
}

const to = ['restore', ID, '--to', 'prod'];

describe('restore, object by object, on the command line', () => {
  it('prints each object under its stack, readable at 80 columns', async () => {
    const { out, code } = await run([...to, '--dry-run'], world());
    assert.equal(code, 0);
    const text = out.slice(out.indexOf('CHANGES'));
    assert.match(
      text,
      /^CHANGES {2}1 create, 1 update, 1 leave, 1 conflict, 1 cannot; 1 not chosen\n\nStack web: /,
    );
    assert.match(text, /\n {2}\+ {2}create {4}service\/web_db {2}\(as web_db2\)\n/);
    assert.match(text, /\n {2}~ {2}update {4}volume\/node1\/data {2}\(1\.50 MB, DESTRUCTIVE\)\n/);
    assert.match(text, /\n {2}- {2}not chosen {2}config\/other\n/);
    assert.match(text, /differs: image: nginx:1 instead of nginx:2\n/);
    assert.match(
      text,
      /\[payloadMissing\]\n {6}Content of .*: give it with --secret web_key=FILE\n/,
    );
    assert.deepEqual(
      text.split('\n').filter((line) => line.length > 80),
      [],
    );
    assert.ok(text.indexOf('In no stack') > text.indexOf('Stack web'));
  });

  it('hands on what was chosen, to the word', async () => {
    const outcome = await run(
      [
        ...to,
        '--dry-run',
        ...['--only', 'stack:web', '--only', 'volume:node1/data'],
        ...['--except', 'service/web_api', '--conflict', 'replace'],
        ...['--conflict-of', 'service/web_db=rename', '--rename', 'service/web_db=web_db2'],
        ...['--accept', 'imageMissing', '--answer', 'node:old=new', '--init-swarm', '10.0.0.1'],
      ],
      world(),
    );
    assert.equal(outcome.code, 0, outcome.err);
    assert.deepEqual((asked(outcome, 'planRestore') as { choices: unknown }).choices, {
      only: [
        { kind: 'stack', name: 'web' },
        { kind: 'volume', name: 'node1/data' },
      ],
      except: ['service/web_api'],
      conflict: 'replace',
      conflicts: { 'service/web_db': 'rename' },
      rename: { 'service/web_db': 'web_db2' },
      accept: ['imageMissing'],
      answers: { 'node:old': 'new', initSwarm: '10.0.0.1' },
    });
  });

  for (const [name, flags] of Object.entries({
    'an id that is not there': ['--except', 'service/web_ap'],
    'a policy for one that is not there': ['--conflict-of', 'service/x=skip'],
    'a name for one that is not there': ['--rename', 'service/x=y'],
    'a stack that is not there': ['--only', 'stack:wep'],
    'a secret that is not there': ['--secret-env', 'nope=KEY'],
    'a bad policy': ['--conflict-of', 'service/web_api=merge'],
    'a selector without a kind': ['--only', 'web'],
    'a rename twice': ['--rename', 'service/web_db=a', '--rename', 'service/web_db=b'],
    'two secrets from stdin': ['--secret', 'web_key=-', '--secret', 'b=-'],
    'a secret from file and variable': ['--secret', 'web_key=x', '--secret-env', 'web_key=KEY'],
    'a variable that is not set': ['--secret-env', 'web_key=NOPE'],
  })) {
    it(`refuses ${name} with 2, before anything is changed`, async () => {
      const outcome = await run([...to, '--yes', ...flags], world({ env: { KEY: 'k' } }));
      assert.equal(outcome.code, 2, outcome.err);
      assert.equal(asked(outcome, 'restore'), undefined);
    });
  }

  it('leaves stdin to the one who answers', async () => {
    const outcome = await run([...to, '--secret', 'web_key=-'], world({ typed: 'prod' }));
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /stdin/);
  });

  it('refuses choices where all is replaced', async () => {
    const outcome = await run([...to, '--yes', '--only', 'stack:web'], world({}, plan()));
    assert.equal(outcome.code, 2);
    assert.match(outcome.err, /restored as a whole/);
  });

  describe('with secrets', () => {
    let folder: string;
    before(async () => (folder = await mkdtemp(join(tmpdir(), 'cluster-backup-cli-'))));
    after(() => rm(folder, { recursive: true }));

    it('reads them byte for byte, hands the same to plan and restore, and prints them never', async () => {
      const bytes = Buffer.from([0, 255, 10, ...Buffer.from('very-secret-key\n')]);
      await writeFile(join(folder, 'key'), bytes);
      const told = coreErrors.unexpected({ message: 'The engine said very-secret-key.' });
      const outcome = await run(
        [...to, '--yes', '--secret', 'web_key=key'],
        world({ cwd: folder, operations: { restore: () => Promise.reject(told) } }),
      );
      const payloads = { 'secret/web_key': bytes.toString('base64') };
      assert.deepEqual((asked(outcome, 'planRestore') as { payloads: unknown }).payloads, payloads);
      assert.deepEqual((asked(outcome, 'restore') as { payloads: unknown }).payloads, payloads);
      assert.match(outcome.err, /The engine said •••\./);
      assert.ok(!(outcome.out + outcome.err).includes('very-secret'));
    });

    it('takes them from variables, and no empty or huge ones', async () => {
      const named = await run(
        [...to, '--dry-run', '--secret-env', 'web_key=KEY'],
        world({ env: { KEY: 'from-the-environment' } }),
      );
      const { payloads } = asked(named, 'planRestore') as { payloads: Record<string, string> };
      assert.equal(
        Buffer.from(payloads['secret/web_key'] ?? '', 'base64').toString(),
        'from-the-environment',
      );
      await writeFile(join(folder, 'empty'), '');
      await writeFile(join(folder, 'huge'), Buffer.alloc((1 << 20) + 1));
      for (const file of ['empty', 'huge', 'nowhere']) {
        const flags = ['--dry-run', '--secret', `web_key=${file}`];
        const outcome = await run([...to, ...flags], world({ cwd: folder }));
        assert.equal(outcome.code, 2, file);
        assert.equal(asked(outcome, 'planRestore'), undefined);
      }
    });
  });

  it('asks for what is changed, and not for all', async () => {
    const outcome = await run(to, world({ typed: 'prod' }, itemised({ safetyBackup: false })));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(
      outcome.err,
      /In "prod" 1 object created and 1 object changed by this; the rest stays\. What is there now is lost of: volume\/node1\/data\. No safety backup is made\. Type/,
    );
    assert.doesNotMatch(outcome.err, /All that/);
  });

  it('sends the plan that was shown, tells each result, and warns of what was left', async () => {
    const outcome = await run([...to, '--yes'], world());
    assert.equal(outcome.code, 0);
    assert.deepEqual((asked(outcome, 'restore') as { plan: unknown }).plan, itemised());
    assert.match(outcome.out, /RESULTS {2}1 done, 1 left as it is\n/);
    assert.match(outcome.out, / {2}done {11}service\/web_db\n {6}created\n/);
    assert.match(outcome.err, /Warning: 1 object in conflict left/);
    assert.match(outcome.err, /Warning: 1 object could not be restored/);
  });

  it('tells with 1 what was done when the restore did not come to its end', async () => {
    const partly: ChangeResult[] = [
      { id: 'service/web_db', result: 'failed', message: 'no space' },
      { id: 'volume/node1/data', result: 'done' },
      { id: 'config/x', result: 'notReached' },
    ];
    const error = coreErrors.restoreIncomplete({ message: 'Not complete.', changes: partly });
    const operations = { restore: () => Promise.reject(error) };
    const outcome = await run([...to, '--yes'], world({ operations }));
    assert.equal(outcome.code, 1);
    assert.match(outcome.out, /RESULTS {2}1 done, 1 failed, 1 not reached\n/);
    assert.match(outcome.out, / {2}failed {7}service\/web_db\n {6}no space\n$/);
    assert.match(outcome.err, /\[core\.restoreIncomplete\]\nNext: Mend/);
    const json = await run([...to, '--yes', '--json'], world({ operations }));
    const document = JSON.parse(json.out) as { restored: boolean; changes: unknown };
    assert.deepEqual([document.restored, document.changes], [false, partly]);
  });

  it('is done with 0 when all is there already, and refuses with 3 when nothing can be done', async () => {
    const only = (action: PlannedChange['action']) =>
      itemised({ possible: false, changes: [change('service/a', { action })] });
    const again = await run([...to, '--yes'], world({}, only('leave')));
    assert.equal(again.code, 0, again.err);
    assert.match(again.out, /Nothing to do: all that was chosen is there and the same\.\n$/);
    const stuck = await run([...to, '--yes'], world({}, only('cannot')));
    assert.equal(stuck.code, 3);
    assert.match(stuck.err, /nothing that was chosen can be done \(1 cannot\)/);
    const blocker = { severity: 'blocker', code: 'a.b', title: 'No' } as const;
    const blocked = { ...only('leave'), items: [blocker] };
    assert.equal((await run([...to, '--yes'], world({}, blocked))).code, 3);
    for (const planned of [only('leave'), only('cannot')]) {
      assert.equal(asked(await run([...to, '--yes'], world({}, planned)), 'restore'), undefined);
    }
  });

  it('says how to answer what the plan asks', async () => {
    const items = [
      {
        severity: 'blocker' as const,
        code: 'swarm.notInSwarm',
        title: 'The engine is in no swarm',
        questions: [{ answer: 'initSwarm', title: 'Advertise address', value: '10.0.0.1' }],
      },
    ];
    const outcome = await run(
      [...to, '--dry-run'],
      world({}, itemised({ items, possible: false })),
    );
    assert.equal(outcome.code, 3);
    assert.match(outcome.out, /\n {2}Advertise address: --answer initSwarm=10\.0\.0\.1\n/);
  });
});
