import assert from 'node:assert/strict';
import { fixture } from '../support/snapshots/fixtures';
import { packagedExtension, openWorkbench } from '../support/workbench';
import type { Theme, Workbench } from '../support/workbench';

const FILE = 'mixed.snap';
const files = {
  [FILE]: fixture('consul-1.10-mixed.snap'),
  'damaged.snap': fixture('consul-1.10-mixed.snap').subarray(0, 4000),
  'cluster-backup.jsonc':
    '{"clusters":{"evil":{"system":"consul","address":"http://127.0.0.1:9"}}}',
};

describe('The snapshot editor in every theme', function () {
  this.timeout(240_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ vsix: packagedExtension, files });
    await workbench.openFile(FILE);
    await workbench.customEditorFrame().getByText('ACLToken').first().waitFor();
  });
  after(() => workbench.close());

  /** Relative luminance of a CSS colour, as WCAG 2 has it. */
  const luminance = (colour: string): number => {
    const [r = 0, g = 0, b = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number).map((v) => {
      const part = v / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };

  for (const theme of ['light', 'high-contrast', 'high-contrast-light', 'dark'] as Theme[]) {
    it(`can be read in ${theme}`, async () => {
      await workbench.setTheme(theme);
      const frame = workbench.customEditorFrame();
      // The page is told of it later than the window.
      await frame.locator(`body[data-vscode-theme-kind="vscode-${theme}"]`).waitFor();
      const heading = frame.getByRole('heading').first();
      const [text, back] = await heading.evaluate((element) => {
        const view = element.ownerDocument.defaultView;
        const body = element.ownerDocument.body;
        return [
          view?.getComputedStyle(element).color,
          view?.getComputedStyle(body).backgroundColor,
        ];
      });
      const [a, b] = [luminance(text ?? ''), luminance(back ?? '')];
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      assert.ok(contrast >= 4.5, `${text ?? ''} on ${back ?? ''}: ${contrast.toFixed(1)}`);
      assert.equal(b > 0.5, theme.includes('light'), 'it wears the theme');
      await workbench.screenshot(`inspect-${theme}`);
    });
  }

  it('is sorted from the keyboard', async () => {
    const header = workbench
      .customEditorFrame()
      .getByRole('button', { name: /^Count/ })
      .first();
    await header.focus();
    await workbench.page.keyboard.press('Enter');
    const sorted = workbench
      .customEditorFrame()
      .locator('[aria-sort]:not([aria-sort="none"])')
      .first();
    await sorted.filter({ hasText: 'Count' }).waitFor();
  });

  it('says what is wrong with a damaged file, and what can still be read', async () => {
    await workbench.openFile('damaged.snap');
    const frame = workbench.customEditorFrame();
    await frame.getByText('snapshot.truncated').first().waitFor();
    await frame.getByText('Register').first().waitFor();
    await workbench.screenshot('inspect-damaged');
  });
});

describe('A workspace that is not trusted', function () {
  this.timeout(240_000);
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench({ vsix: packagedExtension, files, trusted: false });
  });
  after(() => workbench.close());

  it('shows no cluster of it and says why', async () => {
    await workbench.openView('Cluster Backup');
    await workbench.welcome().getByText('This workspace is not trusted').waitFor();
    assert.equal(await workbench.page.getByRole('treeitem').filter({ hasText: 'evil' }).count(), 0);
    await workbench.screenshot('untrusted');
  });

  it('refuses to start anything', async () => {
    await workbench.runCommand('Cluster Backup: Back Up Now…');
    await workbench.notification('[editor.untrusted]');
  });

  it('opens a snapshot file', async () => {
    await workbench.openFile(FILE);
    await workbench.customEditorFrame().getByText('ACLToken').first().waitFor();
  });
});
