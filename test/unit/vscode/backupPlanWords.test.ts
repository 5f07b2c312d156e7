import assert from 'node:assert/strict';
import type { PlanLine } from '../../../src/core/plan';
import {
  backupDecision,
  blockedText,
  lineText,
  openingText,
  serverPicks,
  warns,
} from '../../../src/vscode/backupPlanWords';

const line = (severity: PlanLine['severity'], title: string, detail?: string): PlanLine => ({
  severity,
  code: 'x.y',
  title,
  ...(detail === undefined ? {} : { detail }),
});
const calm = line('info', 'Nothing stops', 'From 3.2 on the containers keep running.');
const stops = line('warning', 'The containers of UCP stop on manager1');
const blocks = line('blocker', 'Another backup runs', 'Wait for its end.');

describe('Words before a backup', () => {
  it('say what stops it, and nothing where nothing does', () => {
    assert.equal(blockedText('prod', [calm, stops]), undefined);
    assert.equal(
      blockedText('prod', [calm, blocks]),
      'Cluster "prod" can\'t be backed up now: Another backup runs. Wait for its end.',
    );
  });

  it('ask with the warnings first, and with the companion where there is one', () => {
    const asked = backupDecision('Back Up prod', [calm, stops], 'Back Up the Swarm Too');
    assert.equal(asked.message, 'Back Up prod?');
    assert.equal(
      asked.detail,
      'Warning: The containers of UCP stop on manager1.\n\nNothing stops. From 3.2 on the containers keep running.',
    );
    assert.deepEqual(asked.buttons, ['Back Up', 'Back Up the Swarm Too']);
    assert.deepEqual(backupDecision('Back Up prod', [stops], undefined).buttons, ['Back Up']);
  });

  it('are no question where nothing is warned of', () => {
    assert.ok(!warns([calm]));
    assert.ok(warns([calm, stops]));
    assert.equal(
      openingText([calm, stops]),
      'Nothing stops. The containers of UCP stop on manager1.',
    );
    assert.equal(openingText([]), undefined);
  });

  it('keep the end that a title has', () => {
    assert.equal(lineText(line('info', 'Ready?', 'Yes.')), 'Ready? Yes.');
  });

  it('offer the servers with the one that would be picked first, where there is a choice', () => {
    const candidates = [
      { name: 'm1', description: 'leader' },
      { name: 'm2', description: 'healthy, not the leader' },
    ];
    assert.deepEqual(
      serverPicks({ items: [], on: 'm2', candidates }).map(({ label, on }) => [label, on]),
      [
        ['Automatic: m2 — healthy, not the leader', 'm2'],
        ['m1', 'm1'],
        ['m2', 'm2'],
      ],
    );
    assert.deepEqual(serverPicks({ items: [], on: 'm1', candidates: candidates.slice(0, 1) }), []);
    assert.deepEqual(serverPicks({ items: [] }), []);
  });
});
