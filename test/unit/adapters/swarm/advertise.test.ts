import assert from 'node:assert/strict';
import { addressOf } from '../../../../src/adapters/swarm/restore/advertise';

const never = new AbortController().signal;
const nobody = () => Promise.reject(new Error('ENOTFOUND'));

describe('The address that is proposed for a new swarm', () => {
  it('is the one at which the engine is reached, where others reach it too', async () => {
    for (const [where, address] of [
      ['tcp://10.0.0.5:2376', '10.0.0.5'],
      ['tcp://[2001:db8::5]:2376', '2001:db8::5'],
      ['ssh://ops@192.168.7.2:2222', '192.168.7.2'],
      ['unix:///var/run/docker.sock', undefined],
      ['tcp://127.0.0.1:2375', undefined],
      ['tcp://[::1]:2375', undefined],
      ['ssh://ops@169.254.1.1', undefined],
    ] as const) {
      assert.equal(await addressOf(where, never, nobody), address, where);
    }
  });

  it('is looked up where the engine has a name, and not proposed where nobody knows the name', async () => {
    const find = (name: string) => Promise.resolve(name === 'node1' ? '10.1.1.1' : '127.0.1.1');
    assert.equal(await addressOf('ssh://ops@node1', never, find), '10.1.1.1');
    assert.equal(await addressOf('tcp://here:2376', never, find), undefined);
    assert.equal(await addressOf('ssh://only-in-ssh-config', never, nobody), undefined);
  });

  it('is not waited for for long, and not at all once cancelled', async () => {
    const silent = () => new Promise<string>(() => undefined);
    const begin = performance.now();
    assert.equal(await addressOf('ssh://node1', never, silent), undefined);
    assert.ok(performance.now() - begin < 4_000);
    const cancel = new AbortController();
    const asked = addressOf('ssh://node1', cancel.signal, silent);
    cancel.abort(new Error('enough'));
    await assert.rejects(asked, /enough/);
  });
});
