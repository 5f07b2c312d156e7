import assert from 'node:assert/strict';
import { metricsText } from '../../../src/cli/agent/metrics';
import { agentState, clusterState, NOW } from './fixtures';
import { parseMetrics } from './exposition';

describe('the metrics of the agent', () => {
  it('say how each cluster stands, in seconds and bytes, by the conventions of Prometheus', async () => {
    const { text } = await metricsText(
      agentState({
        clusters: [
          clusterState({
            lastSuccess: NOW,
            lastAttempt: NOW + 500,
            lastDuration: 1_500,
            next: NOW + 3_600_000,
            oldestCheck: NOW - 1000,
            running: { kind: 'backup', since: NOW },
            failuresInARow: 2,
            damaged: 1,
            checksOverdue: 4,
            standing: {
              state: 'bad',
              lines: [{ severity: 'bad', code: 'missed', text: 'x', next: 'y' }],
            },
          }),
        ],
      }),
    );
    const { samples, families } = parseMetrics(text);
    const of = (name: string, labels = '{cluster="prod"}') =>
      samples.get(`cluster_backup_${name}${labels}`);
    assert.equal(of('last_success_timestamp_seconds'), NOW / 1000);
    assert.equal(of('last_attempt_timestamp_seconds'), NOW / 1000 + 0.5);
    assert.equal(of('last_duration_seconds'), 1.5);
    assert.equal(of('runs_total', '{cluster="prod",result="done"}'), 3);
    assert.equal(of('runs_total', '{cluster="prod",result="failed"}'), 1);
    assert.equal(of('failures_in_a_row'), 2);
    assert.equal(of('overdue'), 1);
    assert.equal(of('next_run_timestamp_seconds'), NOW / 1000 + 3600);
    assert.equal(of('backups'), 7);
    assert.equal(of('stored_bytes'), 1234);
    assert.equal(of('damaged_backups'), 1);
    assert.equal(of('checks_overdue'), 4);
    assert.equal(of('oldest_check_timestamp_seconds'), NOW / 1000 - 1);
    assert.equal(of('pruned_total'), 2);
    assert.equal(of('running'), 1);
    for (const state of ['good', 'warning', 'bad', 'none']) {
      const labels = `{cluster="prod",state="${state}"}`;
      assert.equal(of('state', labels), Number(state === 'bad'), state);
    }
    assert.equal(of('agent_last_turn_timestamp_seconds', ''), (NOW - 1000) / 1000);
    assert.ok(
      [...samples.keys()].some((key) => /^cluster_backup_build_info\{version="[\d.]+/.test(key)),
    );
    for (const [name, { type, help }] of families) {
      assert.equal(type, name.endsWith('_total') ? 'counter' : 'gauge', name);
      assert.match(help, /\.$/, name);
    }
  });

  it('leave out what is not known yet, and clusters that are gone', async () => {
    const first = parseMetrics((await metricsText(agentState())).text).samples;
    assert.equal(first.get('cluster_backup_overdue{cluster="prod"}'), 0);
    assert.ok(![...first.keys()].some((key) => /last_success|last_attempt|next_run/.test(key)));
    const none = parseMetrics((await metricsText(agentState({ clusters: [] }))).text).samples;
    assert.ok(![...none.keys()].some((key) => key.includes('prod')));
    assert.ok(none.has('cluster_backup_agent_start_timestamp_seconds'));
  });
});
