import assert from 'node:assert/strict';
import { coreErrors } from '../../../src/core/errors';
import { vaultErrors } from '../../../src/vaults/errors';
import { finishInterrupted } from '../../../src/vscode/interrupted';
import type { Services } from '../../../src/vscode/services';
import type { ClusterEntry } from '../../../src/vscode/store/clusterStore';

/** The parts of the extension that are asked, and what they were asked and told. */
function fakes(answers: (string[] | Error)[]) {
  const told: string[] = [];
  let calls = 0;
  let check: (entry: ClusterEntry) => void = () => undefined;
  const tell = (message: string) => {
    told.push(message);
    return Promise.resolve(undefined);
  };
  const log = { info: () => undefined, warn: () => undefined };
  const services = {
    log,
    ui: { info: tell, warn: tell },
    secrets: { stored: () => Promise.resolve(undefined) },
    store: {
      onDidCheck: (listener: typeof check) => {
        check = listener;
        return { dispose: () => undefined };
      },
      resolve: () => Promise.resolve({}),
    },
    client: {
      call: (method: string) => {
        assert.equal(method, 'resume');
        const answer = answers[calls++] ?? [];
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
    },
  } as unknown as Services;
  finishInterrupted(services);
  const checked = async (state: 'known' | 'unreachable', key = 'a'): Promise<void> => {
    check({ key, config: { name: 'prod' }, health: { state } } as ClusterEntry);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { told, checked, calls: () => calls };
}

describe('What a cut-off run has left', () => {
  it('is finished once for each cluster that answers, and told', async () => {
    const { told, checked, calls } = fakes([['Brought shop_web back to 2 replicas.'], []]);
    await checked('unreachable');
    assert.equal(calls(), 0, 'a cluster that does not answer can’t be helped');
    await checked('known');
    await checked('known');
    assert.equal(calls(), 1);
    assert.equal(told.length, 1);
    assert.match(told[0] ?? '', /prod: Brought shop_web back to 2 replicas\./);
    await checked('known', 'b');
    assert.equal(calls(), 2);
    assert.equal(told.length, 1, 'nothing was left there, so nothing is told');
  });

  it('is tried again while somebody works on the cluster, without a word', async () => {
    const locked = vaultErrors.locked({ message: 'Another run works on it.' });
    const { told, checked, calls } = fakes([locked, ['Brought it back.']]);
    await checked('known');
    assert.deepEqual(told, []);
    await checked('known');
    assert.equal(calls(), 2);
    assert.match(told.join(), /Brought it back/);
  });

  it('is told when it can’t be finished', async () => {
    const { told, checked } = fakes([coreErrors.unexpected({ message: 'The engine said no.' })]);
    await checked('known');
    assert.match(told.join(), /not finished\. The engine said no\. .*\[core\.unexpected\]/);
  });
});
