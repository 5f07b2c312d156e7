import { randomBytes } from 'node:crypto';
import { consul as definition } from '../../../src/adapters/consul/definition';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import { freePorts } from '../../../src/sandbox/parts/ports';
import { formatById } from '../../../src/snapshots/formats';
import { adapterContract } from '../../contract/adapter';
import { MASTER, adapterFor, must } from './support';

describe('Consul: the contract of adapters', function () {
  this.timeout(120_000);
  let consul: RunningConsul;
  let nowhere: number | undefined;
  before(async () => {
    consul = await startConsul({ acl: { masterToken: MASTER } });
    [nowhere] = await freePorts(1);
    // So much that it is not all there before anybody can cancel.
    for (let i = 0; i < 8; i++)
      await must(consul, 'PUT', `/v1/kv/large/${i}`, randomBytes(500_000));
  });
  after(() => consul.stop());

  adapterContract(definition, () => ({
    adapter: () => adapterFor({ address: consul.address }, MASTER),
    unreachable: () => adapterFor({ address: `127.0.0.1:${nowhere ?? 1}` }, MASTER),
    secrets: [MASTER],
    check: async (bytes) => {
      const checker = (await formatById('consul')).checker();
      await checker.push(bytes);
      return checker.finish();
    },
  }));
});
