import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Services } from '../../../src/vscode/services';
import {
  activatedServices,
  configure,
  unconfigure,
  workspaceFolder,
} from '../../support/host/services';

describe('The configuration in the editor', () => {
  let services: Services;
  const clusters = (...names: string[]) => ({
    clusters: Object.fromEntries(
      names.map((name) => [
        name,
        { system: 'consul', address: 'http://127.0.0.1:9', vault: './vault' },
      ]),
    ),
  });
  const names = () => services.store.entries.map(({ config }) => config.name);

  before(async () => {
    services = await activatedServices();
  });
  afterEach(() => unconfigure(services));

  it('is there as it was last written, also where it was being read at that moment', async () => {
    await configure(services, clusters('old'));
    let written: Promise<string[]> | undefined;
    // The store tells of what it has read before it goes on to the vaults.
    const listener = services.store.onDidChange(() => {
      if (written !== undefined) return;
      const file = join(workspaceFolder(), 'cluster-backup.jsonc');
      writeFileSync(file, JSON.stringify(clusters('old', 'new')));
      written = services.store.reload().then(names);
    });
    try {
      await services.store.reload();
      assert.deepEqual(await written, ['old', 'new']);
    } finally {
      listener.dispose();
    }
  });
});
