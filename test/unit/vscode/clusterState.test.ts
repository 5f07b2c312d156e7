import assert from 'node:assert/strict';
import { coreErrors, toErrorInfo } from '../../../src/core/errors';
import type { ClusterStatus } from '../../../src/core/model';
import type { Standing, StandingLine } from '../../../src/core/policy/standing';
import { clusterState, hasFailed, worstFirst } from '../../../src/vscode/clusterState';
import type { ClusterState, StateFacts } from '../../../src/vscode/clusterState';

const AT = new Date('2026-05-03T10:00:00Z');
const problem = toErrorInfo(coreErrors.unexpected({ message: 'The disk said no.' }));

const well: StateFacts = { health: { state: 'unknown' }, vaultProblems: [] };

function answered(status: Partial<ClusterStatus>): StateFacts['health'] {
  const whole: ClusterStatus = { health: 'healthy', servers: [], warnings: [], ...status };
  return { state: 'known', status: whole, at: AT };
}

function line(code: string, severity: StandingLine['severity'] = 'bad'): StandingLine {
  return { severity, code, text: `Why ${code}.`, next: 'Do it.' };
}

function standing(lines: StandingLine[], state: Standing['state'] = 'good'): Standing {
  return { state: lines[0]?.severity ?? state, lines };
}

const wordsOf = ({ severity, lines }: ClusterState) => [severity, lines.map(({ words }) => words)];

describe('How a cluster stands', () => {
  it('is good where its policy is fulfilled, and says nothing of one without a policy', () => {
    assert.deepEqual(clusterState(well, standing([])), { severity: 'good', lines: [] });
    assert.equal(clusterState(well, standing([], 'none')).severity, 'none');
    assert.equal(clusterState(well, undefined).severity, 'none');
    const healthy = { ...well, health: answered({}) };
    assert.equal(clusterState(healthy, standing([])).severity, 'good');
  });

  it('takes over when the newest was made and the next is planned, where that is known', () => {
    const state = clusterState(well, { ...standing([]), newest: 1, next: 2 });
    assert.deepEqual([state.newest, state.next], [1, 2]);
    assert.ok(!('newest' in clusterState(well, standing([]))));
  });

  it('has a few words for each thing that a policy finds, and its text for one that is new', () => {
    const words = Object.entries({
      noBackup: 'no backup yet',
      missed: 'backup missed',
      damaged: 'backup damaged',
      missing: 'backup file missing',
      checkOverdue: 'check overdue',
      unverified: 'newest not verified',
      pruneStopped: 'pruning stopped',
      failed: 'last run failed',
      unheardOf: 'Why unheardOf.',
    });
    for (const [code, said] of words) {
      const state = clusterState(well, standing([{ ...line(code), id: 'a1' }]));
      assert.deepEqual(state.lines, [{ ...line(code), id: 'a1', words: said }]);
      assert.equal(state.severity, 'bad');
    }
  });

  it('is bad where its vault can’t be read: nobody knows then what is in it', () => {
    const { severity, lines } = clusterState({ ...well, vaultError: problem }, undefined);
    assert.equal(severity, 'bad');
    const { message: text, next } = problem;
    assert.deepEqual(lines, [
      { severity: 'bad', code: 'vault', words: 'vault not readable', text, next },
    ]);
  });

  it('warns once of manifests that can’t be used', () => {
    const state = clusterState({ ...well, vaultProblems: [problem, problem] }, standing([]));
    assert.deepEqual(wordsOf(state), ['warning', ['manifest not usable']]);
    assert.equal(state.lines[0]?.text, problem.message);
  });

  it('warns of a cluster that can’t be asked, and tells apart that a secret is missing', () => {
    const failing = (code: string): StateFacts => ({
      ...well,
      health: { state: 'unreachable', error: { ...problem, code }, at: AT },
    });
    assert.deepEqual(wordsOf(clusterState(failing('http.refused'), standing([]))), [
      'warning',
      ['not reachable'],
    ]);
    assert.deepEqual(wordsOf(clusterState(failing('config.secretMissing'), standing([]))), [
      'warning',
      ['needs a secret'],
    ]);
  });

  it('warns of one without a leader, with the reason where it is known', () => {
    const of = (reason?: string) =>
      clusterState(
        {
          ...well,
          health: answered({ health: 'noLeader', ...(reason === undefined ? {} : { reason }) }),
        },
        undefined,
      );
    assert.deepEqual(wordsOf(of()), ['warning', ['no leader']]);
    assert.equal(of().lines[0]?.text, 'The cluster has no leader.');
    assert.equal(of('2 of 3 servers are gone.').lines[0]?.text, '2 of 3 servers are gone.');
    // It still takes snapshots.
    const degraded = { ...well, health: answered({ health: 'degraded' }) };
    assert.deepEqual(clusterState(degraded, undefined).lines, []);
  });

  it('is as bad as the worst of all that is wrong, which comes first', () => {
    const state = clusterState(
      {
        health: { state: 'unreachable', error: problem, at: AT },
        vaultError: problem,
        vaultProblems: [problem],
      },
      standing([line('checkOverdue', 'warning'), line('missed')]),
    );
    assert.deepEqual(wordsOf(state), [
      'bad',
      [
        'vault not readable',
        'backup missed',
        'check overdue',
        'manifest not usable',
        'not reachable',
      ],
    ]);
  });
});

describe('Several clusters', () => {
  it('come worst first, those alike as they were', () => {
    const all = (['none', 'good', 'bad', 'warning', 'bad', 'none'] as const).map(
      (severity, at) => ({ at, state: { severity, lines: [] } }),
    );
    const before = [...all];
    assert.deepEqual(
      worstFirst(all).map(({ at }) => at),
      [2, 4, 3, 1, 0, 5],
    );
    assert.deepEqual(all, before, 'the given list is changed');
  });
});

describe('A run', () => {
  it('has failed unless it went well, runs, or was cancelled by a person', () => {
    const states = ['running', 'done', 'cancelled', 'failed', 'refused', 'interrupted'] as const;
    assert.deepEqual(
      states.filter((state) => hasFailed({ state })),
      ['failed', 'refused', 'interrupted'],
    );
  });
});
