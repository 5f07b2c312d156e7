import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureGpg } from '../../src/sandbox/parts/gpg';
import { run } from '../../src/sandbox/parts/processes';
import { KEY, certificate, ucpArchive, ucpMembers } from '../support/snapshots/ucp';
import { tarWith } from '../support/snapshots/swarm';
import { fixture } from '../support/snapshots/fixtures';
import { openWorkbench, packagedExtension } from '../support/workbench';
import type { Theme, Workbench } from '../support/workbench';

const EXPLORER = 'Files Explorer';
const EDITOR = 'UCP or MKE Backup';
const PASSPHRASE = 'secret12chars';
const FILES = 3_000;

/** As the product's `--passphrase` does it. */
async function encryptedByGpg(plain: Buffer): Promise<Buffer> {
  const gpg = await ensureGpg();
  const home = await mkdtemp(join(tmpdir(), 'gpg-'));
  const env = { ...process.env, GNUPGHOME: home };
  try {
    await writeFile(join(home, 'plain'), plain);
    const ways = ['--batch', '--pinentry-mode', 'loopback', '--passphrase', PASSPHRASE];
    const output = ['--output', join(home, 'sealed'), '--symmetric', join(home, 'plain')];
    await run(gpg, [...ways, ...output], { env });
    return await readFile(join(home, 'sealed'));
  } finally {
    await run('gpgconf', ['--kill', 'all'], { env }).catch(() => undefined);
    await rm(home, { recursive: true, force: true });
  }
}

/** A sound backup with a table of many files. */
async function manyFiles(): Promise<Buffer> {
  const tables = Array.from({ length: FILES }, (_, at) => ({
    name: `./ucp-auth-store-data/tables/${String(at).padStart(5, '0')}.db`,
    content: `row ${at}`,
  }));
  return tarWith([...ucpMembers(), ...tables]);
}

describe('A person with a backup of UCP or MKE', function () {
  this.timeout(240_000);
  let workbench: Workbench;

  before(async () => {
    const whole = await manyFiles();
    const plain = await ucpArchive();
    const few = await tarWith([
      { name: './ucp-controller-server-certs/', type: 'directory' },
      { name: './ucp-controller-server-certs/cert.pem', content: certificate('expired') },
      { name: './ucp-kv/snap.db', content: KEY },
    ]);
    workbench = await openWorkbench({
      vsix: packagedExtension,
      files: {
        'backup.tar': await encryptedByGpg(whole),
        'cut.ucp.tar': plain.subarray(0, Math.floor(plain.length * 0.7)),
        'unsound.ucp.tar': few,
        'other.tar': fixture('consul-1.10-mixed.snap'),
      },
    });
    await workbench.openView('Explorer');
  });
  after(() => workbench.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.screenshot(`failed-${Date.now()}`);
  });

  const openWith = async (name: string): Promise<void> => {
    // The window learns of an extension's editors a while after it is there.
    const question = workbench.page.getByPlaceholder(`Select editor for '${name}'`);
    for (let attempt = 0; attempt < 30; attempt++) {
      await workbench.contextMenu(EXPLORER, name, 'Open With...', question);
      const editors = await workbench.quickPickItems();
      if (editors.some((label) => label.includes(EDITOR))) break;
      await workbench.page.keyboard.press('Escape');
      await workbench.page.waitForTimeout(1_000);
    }
    await workbench.pick(EDITOR);
  };

  it('opens a file whose name does not tell, and gives its passphrase', async () => {
    await openWith('backup.tar');
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'This backup is encrypted' }).waitFor();
    await workbench.screenshot('ucp-locked');
    await frame.getByRole('button', { name: 'Enter passphrase…' }).click();
    await workbench.answer('not the one at all', { expect: 'Enter the passphrase' });
    await workbench.answer(PASSPHRASE, { expect: 'That passphrase was wrong' });
    await frame.getByRole('heading', { name: 'Verified' }).waitFor();
    await frame.getByText('Not known: the archive does not say').first().waitFor();
    await frame.getByText('With a passphrase (OpenPGP)').waitFor();
    await workbench.screenshot('ucp-archive');
  });

  it('sees that the vendor’s rule holds, and which certificates have expired', async () => {
    const frame = workbench.customEditorFrame();
    const rule = frame.getByRole('table', { name: 'The vendor’s rule of a sound backup' });
    assert.equal(await rule.getByRole('cell', { name: 'Holds' }).count(), 2);
    const certificates = frame.getByRole('table', { name: 'Certificates' });
    await certificates
      .getByText(/^Expired .* ago$/)
      .first()
      .waitFor();
    await frame.getByRole('searchbox', { name: 'Filter certificates' }).fill('controller-server');
    await frame
      .getByRole('region', { name: 'Certificates' })
      .getByText(/^2 of \d+ certificates$/)
      .waitFor();
    await frame.getByRole('searchbox', { name: 'Filter certificates' }).fill('');
  });

  it('sorts the volumes from the keyboard', async () => {
    const volumes = workbench.customEditorFrame().getByRole('table', { name: 'Volumes' });
    await volumes.getByRole('button', { name: 'Size' }).focus();
    await workbench.page.keyboard.press('Enter');
    const first = volumes.getByRole('row').nth(1);
    assert.match(await first.innerText(), /^ucp-auth-store-data\s+3,00\d/);
    assert.equal(
      await volumes
        .locator('[aria-sort="descending"]')
        .innerText()
        .then((t) => t.trim()),
      'Size',
    );
  });

  it('finds files over all volumes, and looks into folders', async () => {
    const frame = workbench.customEditorFrame();
    const find = frame.getByRole('searchbox', { name: 'Find files' });
    const grid = frame.getByRole('treegrid', { name: 'Files' });
    await find.fill('key.pem');
    await grid.getByRole('row', { name: /ucp-controller-server-certs\/key\.pem/ }).waitFor();
    await grid.getByRole('row', { name: /ucp-kv-certs\/key\.pem/ }).waitFor();
    await find.fill('tables/029');
    await grid.getByRole('row', { name: /tables\/02999\.db/ }).waitFor();
    await find.evaluate((element) => element.scrollIntoView());
    await workbench.screenshot('ucp-files-found');
    await find.fill('');
    await grid.getByRole('row', { name: /^ucp-auth-store-data \d/ }).focus();
    await workbench.page.keyboard.press('ArrowRight');
    await grid.getByRole('row', { name: /^tables/ }).focus();
    await workbench.page.keyboard.press('ArrowRight');
    await grid.getByRole('button', { name: 'Show 500 more rows' }).click();
    await grid.getByRole('row', { name: /00699\.db/ }).waitFor();
    await frame.getByRole('button', { name: 'Find the files of ucp-kv', exact: true }).click();
    await grid.getByRole('row', { name: /ucp-kv\/data\/2/ }).waitFor();
    await find.fill('');
  });

  for (const theme of ['light', 'high-contrast', 'high-contrast-light', 'dark'] as Theme[]) {
    it(`can read the page in ${theme}`, async () => {
      await workbench.setTheme(theme);
      await workbench.page.waitForTimeout(500);
      const frame = workbench.customEditorFrame();
      for (const [name, part] of [
        [/backup\.tar/, 'top'],
        ['Volumes', 'volumes'],
        ['Certificates', 'certificates'],
        ['Files', 'files'],
      ] as const) {
        const heading = frame.getByRole('heading', { name, exact: true });
        await heading.evaluate((element) => element.scrollIntoView());
        await workbench.page.waitForTimeout(200);
        await workbench.screenshot(`ucp-${part}-${theme}`);
      }
    });
  }

  it('is told what is wrong with a file, and what to do', async () => {
    await workbench.openFile('cut.ucp.tar');
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'Cut short' }).waitFor();
    await frame.getByText('snapshot.truncated').waitFor();
    await frame.getByText('Not whole: the archive ends or breaks in it').waitFor();
    await frame.getByRole('cell', { name: 'not in what could be read' }).waitFor();
    assert.ok(await frame.getByRole('button', { name: 'Restore…' }).isDisabled());
    await workbench.screenshot('ucp-cut');

    await workbench.openFile('unsound.ucp.tar');
    await frame.getByRole('heading', { name: 'Whole, but not a sound backup' }).waitFor();
    await frame.getByRole('cell', { name: 'missing or empty' }).waitFor();
    await workbench.screenshot('ucp-unsound');
  });

  it('is told that a file is of another kind, and opens it as that', async () => {
    await openWith('other.tar');
    const frame = workbench.customEditorFrame();
    await frame.getByRole('heading', { name: 'Not a backup of UCP or MKE' }).waitFor();
    await workbench.screenshot('ucp-other');
    await frame.getByRole('button', { name: 'Open as snapshot' }).click();
    await workbench.customEditorFrame().getByText('ACLToken').first().waitFor();
  });
});
