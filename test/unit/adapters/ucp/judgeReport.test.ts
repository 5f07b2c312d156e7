import assert from 'node:assert/strict';
import { judgeReport } from '../../../../src/adapters/ucp/backup';
import { versionOf } from '../../../../src/adapters/ucp/versions';
import { checkedUcp, ucpArchive, ucpMembers } from '../../../support/snapshots/ucp';
import { tarWith } from '../../../support/snapshots/swarm';

describe('A sound backup of UCP, judged by the version that made it', () => {
  const older = versionOf('3.1.16');

  it('has all volumes up to 3.1, which its bytes alone do not ask for', async () => {
    const whole = await checkedUcp(await ucpArchive('older'));
    judgeReport(older, whole.report);
    const cut = ucpMembers('older').filter(({ name }) => !/metrics-data/.test(name));
    const { code, report } = await checkedUcp(await tarWith(cut));
    assert.equal(code, undefined);
    assert.throws(() => judgeReport(older, report), {
      code: 'snapshot.ucpUnsound',
      message: 'The backup lacks ucp-metrics-data, which Docker UCP 3.1.16 backs up.',
    });
    const current = await checkedUcp(await ucpArchive());
    assert.throws(() => judgeReport(older, current.report), /ucp-metrics-data and ucp-node-certs/);
  });

  it('may have them or not from 3.2 on', async () => {
    for (const family of ['older', 'current'] as const) {
      judgeReport(versionOf('3.2.0'), (await checkedUcp(await ucpArchive(family))).report);
    }
  });
});
