import assert from 'node:assert/strict';
import { type Workbench, openWorkbench, packagedExtension } from '../support/workbench';

describe('The packaged extension in a window', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ vsix: packagedExtension });
  });

  after(async () => workbench.close());

  it('has its view behind an icon of the activity bar', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.screenshot('smoke');
  });

  it('has commands in the palette', async () => {
    const titles = await workbench.commandsFor('Cluster Backup: ');
    assert.ok(titles.some((title) => title.startsWith('Cluster Backup: ')));
  });
});
