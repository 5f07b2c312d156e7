import assert from 'node:assert/strict';
import type { ContentsGroup } from '../../../src/core/model';
import type { Recovery, RecoveryStep } from '../../../src/core/recovery';
import { asked, backup, cluster, ID, run } from './fakes';
import type { World } from './fakes';

const swarm = { config: { clusters: [cluster({ name: 'prod', system: 'parted' })] } };

describe('create on the command line, in parts', () => {
  const world: World = { ...swarm, operations: { backup: () => Promise.resolve(backup()) } };
  const scope = async (flags: string[]) => {
    const outcome = await run(['create', 'prod', ...flags], world);
    assert.equal(outcome.code, 0, outcome.err);
    return (asked(outcome, 'backup') as { scope?: unknown }).scope;
  };

  it('adds to the default parts and takes from them', async () => {
    assert.equal(await scope([]), undefined);
    assert.deepEqual(await scope(['--part', 'raft']), {
      parts: ['definitions', 'volumes', 'raft'],
    });
    assert.deepEqual(await scope(['--no-part', 'volumes']), { parts: ['definitions'] });
    assert.deepEqual(await scope(['--no-part', 'volumes', '--part', 'raft']), {
      parts: ['definitions', 'raft'],
    });
    assert.deepEqual(await scope(['--only', 'stack:web', '--only', 'volume:n1/a:b']), {
      only: [
        { kind: 'stack', name: 'web' },
        { kind: 'volume', name: 'n1/a:b' },
      ],
    });
  });

  it('takes a part that is not there, none at all, and parts of a whole for wrong usage', async () => {
    for (const flags of [
      ['--part', 'rafts'],
      ['--no-part', 'volumes', '--no-part', 'definitions'],
    ]) {
      assert.equal((await run(['create', 'prod', ...flags], world)).code, 2);
    }
    const whole = await run(['create', 'prod', '--part', 'raft'], {
      operations: { backup: () => Promise.resolve(backup()) },
    });
    assert.equal(whole.code, 2);
    assert.match(whole.err, /HashiCorp Consul is backed up as a whole/);
  });

  it('tells counts where a format has no index', async () => {
    const made = backup({ snapshot: { id: 'x' }, counts: { services: 3, volumes: 2, raft: 0 } });
    const operations = { backup: () => Promise.resolve(made) };
    const { out } = await run(['create', 'prod'], { ...swarm, operations });
    assert.match(out, /, services 3, volumes 2, checked,/);
    assert.doesNotMatch(out, /index|raft/);
  });
});

describe('contents on the command line', () => {
  const groups: ContentsGroup[] = [
    {
      id: 'stacks',
      title: 'Stacks and services',
      items: [
        {
          id: 'stack/web',
          kind: 'stack',
          name: 'web',
          state: 'warning',
          facts: [],
          children: [
            {
              id: 'service/web_api',
              kind: 'service',
              name: 'web_api',
              description: '1 of 3 running',
              state: 'bad',
              facts: [],
            },
          ],
        },
      ],
    },
    { id: 'volumes', title: 'Volumes', items: [], warning: 'node2 was not reached.' },
  ];
  const world: World = { ...swarm, operations: { contents: () => Promise.resolve(groups) } };

  it('lists what there is as a tree, and says what is not whole', async () => {
    const { out, err, code } = await run(['contents', 'prod'], world);
    assert.equal(code, 0);
    assert.match(out, /^STACKS AND SERVICES {2}STATE {4}ID\n/);
    assert.match(
      out,
      /\nweb {18}WARNING {2}stack\/web\n {2}web_api {12}BAD {6}service\/web_api {2}1 of 3 running\n/,
    );
    assert.match(out, /\nVOLUMES \(NOT ALL\) {2}none\n$/);
    assert.match(err, /Warning: Volumes: node2 was not reached\./);
    const json = await run(['contents', 'prod', '--json'], world);
    assert.deepEqual(JSON.parse(json.out), { cluster: 'prod', groups });
  });

  it('refuses where the system can not list them', async () => {
    assert.equal((await run(['contents', 'prod'], {})).code, 2);
  });
});

describe('resume on the command line', () => {
  it('says what was done, or that there was nothing', async () => {
    const resume = (done: string[]) => ({
      ...swarm,
      operations: { resume: () => Promise.resolve(done) },
    });
    const some = await run(['resume', 'prod'], resume(['Brought web_api back to 3.']));
    assert.equal(some.out, 'Brought web_api back to 3.\n');
    const none = await run(['resume', 'prod'], resume([]));
    assert.equal(none.out, '');
    assert.match(none.err, /Nothing was left unfinished/);
    assert.equal(none.code, 0);
  });
});

describe('recover on the command line', () => {
  const step = (id: string, changes: Partial<RecoveryStep> = {}): RecoveryStep => ({
    id,
    title: `Take ${id}`,
    detail: `What ${id} does.`,
    state: 'waiting',
    destructive: false,
    commands: [`docker ${id}`],
    automatic: true,
    ...changes,
  });
  const recovery: Recovery = {
    summary: 'One of three managers answers.',
    state: 'lost',
    steps: [
      step('look', { state: 'done' }),
      step('force', {
        state: 'next',
        destructive: true,
        consequence: 'The other managers are forgotten.',
        questions: [
          { field: 'address', title: 'Advertise address', value: '10.0.0.1' },
          { field: 'engine', title: 'Engine', options: [{ value: 'a', label: 'A' }] },
        ],
      }),
      step('join'),
      step('start', { automatic: false, state: 'next' }),
    ],
  };
  const world = (typed?: string): World => ({
    ...swarm,
    ...(typed === undefined ? {} : { typed }),
    operations: {
      recovery: () => Promise.resolve(recovery),
      recover: () => Promise.resolve({ ...recovery, state: 'healthy', summary: 'Well.' }),
    },
  });

  it('prints the walk with the commands, and changes nothing', async () => {
    const outcome = await run(['recover', 'prod'], world());
    assert.equal(outcome.code, 0);
    assert.match(outcome.out, /^QUORUM LOST: One of three managers answers\.\n/);
    assert.match(outcome.out, /\n 2\. {2}NEXT {6}Take force {2}\(force\)\n {6}What force does\.\n/);
    assert.match(outcome.out, /DESTRUCTIVE: The other managers are forgotten\.\n/);
    assert.match(outcome.out, /--answer address=10\.0\.0\.1\n/);
    assert.match(outcome.out, /\n {6}\$ docker force\n/);
    assert.equal(asked(outcome, 'recover'), undefined);
  });

  it('takes a step that was confirmed, with what was answered and proposed', async () => {
    const argv = ['recover', 'prod', '--step', 'force', '--answer', 'engine=a'];
    const outcome = await run(argv, world('prod'));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.err, /The other managers are forgotten/);
    const { answers, step: taken } = asked(outcome, 'recover') as Record<string, unknown>;
    assert.deepEqual([taken, answers], ['force', { engine: 'a', address: '10.0.0.1' }]);
    assert.match(outcome.out, /^healthy: Well\./);
    assert.equal((await run(argv, world())).code, 2);
    const wrong = await run(argv, world('yes'));
    assert.deepEqual([wrong.code, asked(wrong, 'recover')], [130, undefined]);
  });

  it('takes a secret from a variable or typed unseen, never from the command line', async () => {
    const secret = { field: 'unlockKey', title: 'Unlock key', secret: true };
    const address = { field: 'address', title: 'Address', value: '', optional: true };
    const unlock = step('unlock', { state: 'next', questions: [secret, address] });
    const locked = (typed?: string): World => ({
      ...world(typed),
      env: { KEY: 'SWMKEY-1-abc' },
      operations: {
        recovery: () => Promise.resolve({ ...recovery, steps: [unlock] }),
        recover: () => Promise.resolve(recovery),
      },
    });
    const argv = ['recover', 'prod', '--step', 'unlock'];
    const named = await run([...argv, '--yes', '--answer-env', 'unlockKey=KEY'], locked());
    const typed = await run(argv, locked('SWMKEY-1-abc\nprod'));
    for (const outcome of [named, typed]) {
      assert.equal(outcome.code, 0, outcome.err);
      const { answers } = asked(outcome, 'recover') as { answers: unknown };
      assert.deepEqual(answers, { unlockKey: 'SWMKEY-1-abc' });
      assert.ok(!(outcome.out + outcome.err).includes('SWMKEY'));
    }
    const shown = await run([...argv, '--yes', '--answer', 'unlockKey=x'], locked());
    assert.deepEqual([shown.code, asked(shown, 'recover')], [2, undefined]);
    const told = await run(['recover', 'prod'], locked());
    assert.match(told.out, /Asks: Unlock key: --answer-env unlockKey=VARIABLE\n/);
  });

  for (const [name, code, flags] of [
    ['a step that is not there', 2, ['--step', 'nope']],
    ['a step that waits', 3, ['--step', 'join']],
    ['a step that only a person can take', 2, ['--step', 'start']],
    ['a question without an answer', 2, ['--step', 'force']],
    ['an answer that is none', 2, ['--step', 'force', '--answer', 'engine=b']],
    ['an answer to no question', 2, ['--step', 'force', '--answer', 'x=y']],
    ['an answer without a step', 2, ['--answer', 'engine=a']],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const outcome = await run(['recover', 'prod', '--yes', ...flags], world());
      assert.equal(outcome.code, code, outcome.err);
      assert.equal(asked(outcome, 'recover'), undefined);
    });
  }
});

describe('compare on the command line', () => {
  const world = (live: string | undefined): World => ({
    ...swarm,
    backups: [backup()],
    operations: {
      comparableText: ({ id }) =>
        Promise.resolve(
          id === 'service/web' ? { text: 'image: nginx:1\nreplicas: 2\n' } : { created: 'then' },
        ),
      liveText: () => Promise.resolve(live),
    },
  });
  const argv = ['compare', ID, 'service/web', '--to', 'prod'];

  it('ends with 0 when they are the same', async () => {
    const outcome = await run(argv, world('image: nginx:1\nreplicas: 2\n'));
    assert.equal(outcome.code, 0, outcome.err);
    assert.match(outcome.out, /^service\/web is the same/);
    assert.equal((asked(outcome, 'comparableText') as { id: string }).id, 'service/web');
  });

  it('prints what differs as a unified diff, and ends with 1', async () => {
    const outcome = await run(argv, world('image: nginx:2\nreplicas: 2\n'));
    assert.equal(outcome.code, 1);
    assert.match(
      outcome.out,
      /^--- prod-.*service\/web\n\+\+\+ prod service\/web\tnow\n@@ -1,2 \+1,2 @@\n-image: nginx:1\n\+image: nginx:2\n replicas: 2\n$/,
    );
    assert.match(outcome.err, /\[cli\.different\]/);
    const json = await run([...argv, '--json'], world(undefined));
    const document = JSON.parse(json.out) as Record<string, unknown>;
    assert.deepEqual([json.code, document.same, document.there], [1, false, false]);
    assert.match(json.err, /is not in .*prod/);
  });

  it('takes what is not in the backup, and what can not be compared, for wrong usage', async () => {
    for (const id of ['service/nope', 'raft/x']) {
      const outcome = await run(['compare', ID, id, '--to', 'prod'], world(''));
      assert.equal(outcome.code, 2, outcome.err);
      assert.equal(asked(outcome, 'liveText'), undefined);
    }
    assert.equal((await run(argv, { backups: [backup()] })).code, 2);
  });
});
