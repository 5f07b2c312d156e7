import assert from 'node:assert/strict';
import type { ClusterState } from '../../../src/vscode/clusterState';
import { nextText, statusWords, wordsOf } from '../../../src/vscode/statusWords';

// In the zone of whoever runs this, as the words are.
const NOW = new Date(2026, 4, 3, 10, 0);
const HOUR = 3_600_000;

function state(
  severity: ClusterState['severity'],
  words: readonly string[] = [],
  times: Pick<ClusterState, 'newest' | 'next'> = {},
): ClusterState {
  const line = severity === 'bad' ? 'bad' : 'warning';
  const lines = words.map((one) => ({
    severity: line,
    code: 'any',
    words: one,
    text: '',
    next: '',
  }));
  return { severity, lines: lines as ClusterState['lines'], ...times };
}

const good = { name: 'good', state: state('good') };
const none = { name: 'free', state: state('none') };
const warned = { name: 'warned', state: state('warning', ['check overdue']) };
const bad = { name: 'prod', state: state('bad', ['backup missed']) };

function told(clusters: Parameters<typeof statusWords>[0], problems = 0) {
  const words = statusWords(clusters, problems, NOW);
  assert.ok(words);
  return words;
}

describe('What the status bar says', () => {
  it('is nothing where there is no cluster and no problem', () => {
    assert.equal(statusWords([], 0, NOW), undefined);
  });

  it('has an icon and a headline for each state', () => {
    const seen = [[none], [good], [warned], [bad]].map((clusters) => {
      const { severity, icon, text } = told(clusters);
      return [severity, icon, text];
    });
    assert.deepEqual(seen, [
      ['none', 'archive', 'Backups: no policy'],
      ['good', 'pass', 'Backups: all good'],
      ['warning', 'warning', 'warned: check overdue'],
      ['bad', 'error', 'prod: backup missed'],
    ]);
  });

  it('is of the worst of several clusters, which come worst first', () => {
    const one = told([none, good, bad]);
    assert.deepEqual([one.severity, one.text], ['bad', 'prod: backup missed']);
    const { severity, text, tooltip } = told([none, good, warned, bad]);
    assert.deepEqual([severity, text], ['bad', '2 clusters need a look']);
    const names = tooltip.split('\n').flatMap((row) => /^\| \$\(\S+\) (\w+)/.exec(row)?.[1] ?? []);
    assert.deepEqual(names, ['prod', 'warned', 'good', 'free']);
    // One with a policy that is fulfilled says more than one without.
    assert.equal(told([none, good]).text, 'Backups: all good');
  });

  it('warns of configuration that can’t be used, and hides nothing worse', () => {
    const alone = told([], 1);
    assert.deepEqual(
      [alone.severity, alone.text],
      ['warning', 'Backups: configuration needs a look'],
    );
    assert.equal(
      alone.spoken,
      'Backups: configuration needs a look. 1 place in the configuration can’t be used',
    );
    assert.ok(!alone.tooltip.includes('| Cluster'), 'a table of nothing');
    assert.match(told([good], 2).tooltip, /\$\(warning\) 2 places in the configuration can’t/);
    assert.equal(told([good], 2).severity, 'warning');
    const both = told([bad], 2);
    assert.deepEqual([both.severity, both.text], ['bad', 'prod: backup missed']);
    assert.match(both.tooltip, /2 places/);
  });

  it('tells of each cluster its state and its times, and screen readers the same', () => {
    const times = { newest: NOW.getTime() - 3 * HOUR, next: NOW.getTime() + HOUR };
    const { tooltip, spoken } = told([
      { name: 'prod', state: state('good', [], times) },
      { name: 'test', state: state('bad', ['backup missed', 'last run failed']) },
    ]);
    assert.deepEqual(tooltip.split('\n\n')[1]?.split('\n').slice(2), [
      '| $(error) test | backup missed, last run failed |  |  |',
      '| $(pass) prod | all good | 3 h ago | 3 May 11:00 |',
    ]);
    assert.equal(
      spoken,
      'test: backup missed. test: backup missed, last run failed. prod: all good, newest good backup 3 h ago, next 3 May 11:00',
    );
  });

  it('shows what a name has of Markdown as itself, and speaks it plainly', () => {
    const name = 'a|b *c* [d](e) $(bug)';
    const { tooltip, text, spoken } = told([{ name, state: bad.state }]);
    const escaped = 'a\\|b \\*c\\* \\[d\\]\\(e\\) \\$\\(bug\\)';
    assert.equal(tooltip.split('\n')[0], `**${escaped}: backup missed**`);
    assert.ok(tooltip.includes(`| $(error) ${escaped} | backup missed |`), tooltip);
    assert.equal(text, `${name}: backup missed`);
    assert.ok(spoken.includes(`${name}: backup missed`));
  });

  it('lists a dozen clusters, and counts the rest', () => {
    const many = (count: number) => Array.from({ length: count }, () => good);
    const rows = (text: string) => text.split('\n').filter((row) => row.includes('| all good |'));
    const twelve = told(many(12)).tooltip;
    assert.equal(rows(twelve).length, 12);
    assert.ok(!twelve.includes('more'));
    const fifteen = told(many(15)).tooltip;
    assert.equal(rows(fifteen).length, 12);
    assert.match(fifteen, /\n\nand 3 more$/);
  });
});

describe('The words of a cluster’s row', () => {
  it('say each thing once', () => {
    const lines = ['backup damaged', 'backup damaged', 'check overdue'];
    assert.equal(wordsOf(state('bad', lines)), 'backup damaged, check overdue');
    assert.equal(wordsOf(state('good')), 'all good');
    assert.equal(wordsOf(state('none')), 'no policy');
  });

  it('say when the next backup is planned, or that it is due', () => {
    assert.equal(nextText(NOW.getTime(), NOW), 'due now');
    assert.equal(nextText(NOW.getTime() - HOUR, NOW), 'due now');
    assert.equal(nextText(new Date(2026, 4, 4, 9, 30).getTime(), NOW), '4 May 09:30');
    assert.equal(nextText(new Date(2027, 0, 1, 0, 5).getTime(), NOW), '1 Jan 2027 00:05');
  });
});
