import assert from 'node:assert/strict';
import type { DockerEngine } from '../../../../src/adapters/docker/engine';
import type { NodeEngine } from '../../../../src/adapters/swarm/connections';
import { ProductContainer } from '../../../../src/adapters/ucp/productContainer';
import { versionOf } from '../../../../src/adapters/ucp/versions';

interface Created {
  Tty: boolean;
  HostConfig: { LogConfig: { Type: string }; SecurityOpt?: string[] };
}

/** What an engine with these options is asked to create; no engine of ours can have SELinux. */
async function created(...SecurityOptions: string[]): Promise<Created> {
  let asked: Created | undefined;
  const engine: Partial<DockerEngine> = {
    where: 'a test',
    json: ((_: string, { body }: { body: Created }) => {
      asked = body;
      return Promise.resolve({ Id: 'abc' });
    }) as unknown as DockerEngine['json'],
  };
  const on = { node: 'one', engine, info: { SecurityOptions } } as unknown as NodeEngine;
  const version = versionOf('3.2.6');
  const command = { version, command: 'backup', args: [], secrets: [], purpose: 'test' };
  assert.equal(await new ProductContainer(on, command, 'run').create(), true);
  return asked ?? assert.fail('nothing was asked');
}

describe('The container of UCP', () => {
  it('may use the socket where the engine uses SELinux, and has its usual rules elsewhere', async () => {
    for (const option of ['name=selinux', 'selinux']) {
      const { HostConfig } = await created('name=seccomp,profile=builtin', option);
      assert.deepEqual(HostConfig.SecurityOpt, ['label=disable'], option);
    }
    const { HostConfig, Tty } = await created('name=seccomp,profile=builtin', 'name=cgroupns');
    assert.equal(HostConfig.SecurityOpt, undefined);
    assert.equal(HostConfig.LogConfig.Type, 'none');
    assert.equal(Tty, false);
  });
});
