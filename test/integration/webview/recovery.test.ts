import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import type { Recovery, RecoveryStep } from '../../../src/core/recovery';
import type { RecoveryRequest, ShownRecovery } from '../../../src/protocol/recoveryMessages';
import { startBrowser } from '../../support/browser';
import { ScreenPage } from '../../support/screenPage';

const step = (
  change: Partial<RecoveryStep> & Pick<RecoveryStep, 'id' | 'title'>,
): RecoveryStep => ({
  detail: 'What it does and what it means.',
  state: 'waiting',
  destructive: false,
  commands: [],
  automatic: true,
  ...change,
});

const walk: Recovery = {
  summary: 'Of 3 managers 1 answers, and 2 are needed.',
  state: 'lost',
  steps: [
    step({
      id: 'look',
      title: 'Look at the engines',
      state: 'done',
      facts: [
        ['node1', 'manager, no leader'],
        ['a-name-without-any-end.of.a.datacenter.example.com', 'no connection'],
      ],
    }),
    step({
      id: 'force',
      title: 'Make a new swarm of one manager',
      state: 'next',
      destructive: true,
      consequence: 'The other managers have to be joined anew.',
      commands: ['# On node1:', 'docker swarm init --force-new-cluster --advertise-addr 10.0.0.1'],
      questions: [{ field: 'address', title: 'Address at which other nodes reach it', value: '' }],
    }),
    step({ id: 'join', title: 'Join managers', commands: ['docker swarm join'] }),
  ],
};
const seen: ShownRecovery = { cluster: 'prod', walk, at: '2026-11-22T09:30:00Z' };

describe('The page of the walk back from lost quorum in a browser', function () {
  this.timeout(60_000);
  let browser: Browser;
  let screen: ScreenPage<RecoveryRequest>;

  before(async () => (browser = await startBrowser()));
  after(() => browser.close());
  beforeEach(async () => {
    screen = await ScreenPage.open(browser, 'recovery', { width: 320 });
  });
  afterEach(async () => {
    const { complaints } = screen;
    await screen.close();
    assert.deepEqual(complaints, []);
  });

  const show = (shown: ShownRecovery) => screen.reply({ type: 'recovery', shown });
  const focused = () => screen.page.evaluate(() => document.activeElement?.id);

  it('is no wider than a narrow window, with all opened, and every control has a name', async () => {
    await show(seen);
    await screen.page.getByText('Join managers').click();
    await screen.page.getByText('docker swarm join').waitFor();
    const { width, nameless } = await screen.measured();
    assert.equal(width, 320);
    assert.deepEqual(nameless, []);
  });

  it('keeps the keyboard where it was while the engines are asked', async () => {
    await show(seen);
    await screen.page.getByRole('button', { name: 'Refresh' }).focus();
    await screen.page.keyboard.press('Enter');
    await show({ ...seen, busy: { kind: 'reading' } });
    assert.equal(await focused(), 'cancel');
    await show(seen);
    assert.equal(await focused(), 'refresh');
    assert.deepEqual(await screen.sent(), [{ type: 'ready' }, { type: 'refresh' }]);
  });

  it('gives the keyboard back to a step that came to nothing, and goes on to the next after one', async () => {
    await show(seen);
    await screen.page.getByLabel('Address').fill('10.0.0.1');
    await screen.page.getByRole('button', { name: 'Do It…' }).focus();
    await screen.page.keyboard.press('Enter');
    const { title } = walk.steps[1] ?? {};
    await show({
      ...seen,
      busy: { kind: 'running', ...(title === undefined ? {} : { step: title }) },
    });
    const problem = { message: 'It failed.', next: 'Look.', code: 'a.b', cancelled: false };
    await show({ ...seen, problem });
    assert.equal(await focused(), 'take-force');
    assert.equal(await screen.page.getByLabel('Address').inputValue(), '10.0.0.1');
    const [, request] = await screen.sent();
    assert.deepEqual(request, { type: 'take', step: 'force', answers: { address: '10.0.0.1' } });
    const further = walk.steps.map((s): RecoveryStep => {
      if (s.id === 'force') return { ...s, state: 'done' };
      return s.id === 'join' ? { ...s, state: 'next' } : s;
    });
    await show({ ...seen, walk: { ...walk, steps: further }, taken: 'Make a new swarm' });
    const heading = screen.page.getByRole('heading', { name: /Join managers/ });
    assert.ok(await heading.evaluate((element) => element === document.activeElement));
  });
});
