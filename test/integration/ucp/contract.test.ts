import { createUcpAdapter } from '../../../src/adapters/ucp/adapter';
import { ucp } from '../../../src/adapters/ucp/definition';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { formatById } from '../../../src/snapshots/formats';
import { adapterContract } from '../../contract/adapter';
import { UcpSite } from './site';

describe('UCP and MKE', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let site: UcpSite;

  before(async () => {
    engine = await startEngine({ hostname: 'manager1' });
    site = await UcpSite.make(engine);
    await site.install('3.2.15');
  });
  after(async () => {
    await site.remove();
    await engine.stop();
  });

  const at = (fields: Record<string, unknown>) =>
    createUcpAdapter(site.connected(fields), {}, { state: site.state });

  adapterContract(ucp, () => ({
    adapter: () => at({}),
    unreachable: () => at({ host: 'unix:///nonexistent/docker.sock' }),
    secrets: [],
    check: async (bytes) => {
      const checker = (await formatById('ucp')).checker();
      await checker.push(bytes);
      return checker.finish();
    },
  }));
});
