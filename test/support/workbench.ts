import assert from 'node:assert/strict';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, FrameLocator, Locator, Page } from 'playwright-core';
import {
  bareSettings,
  installVsix,
  type ServedVSCode,
  serveVSCode,
} from '../../src/sandbox/parts/codeServer';
import { repositoryRoot, temporaryFolder } from '../../src/sandbox/parts/folders';
import { type Log, silent } from '../../src/sandbox/parts/log';
import { freePort } from '../../src/sandbox/parts/ports';
import { startRelay } from '../../src/sandbox/parts/relay';
import { startBrowser } from './browser';
import { isolatedEnvironment } from './isolation';

export type Theme = 'dark' | 'light' | 'high-contrast' | 'high-contrast-light';

export interface WorkbenchOptions {
  /** The packaged extension. */
  vsix: string;
  /** Files of the workspace folder, by relative path. */
  files?: Record<string, string | Buffer>;
  /** False leaves the folder untrusted: the window is in Restricted Mode. */
  trusted?: boolean;
  theme?: Theme;
  settings?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  viewport?: { width: number; height: number };
  /** A process in whose network the extension runs; left out: this machine's. */
  network?: number;
  log?: Log;
}

const themes: Record<Theme, string> = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
};

const defaultTimeoutMs = 90_000;
const startTimeoutMs = 120_000;

/** The default place of the package that `npm run package` makes. */
export const packagedExtension = join(repositoryRoot, 'cluster-backup.vsix');

/** Serves a VS Code with the packaged extension in it and opens a window on a folder, as a person would. */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const folder = await temporaryFolder('e2e');
  const undo: (() => Promise<void>)[] = [folder.remove];
  try {
    const workspace = join(folder.path, 'workspace');
    await mkdir(workspace);
    for (const [name, content] of Object.entries(options.files ?? {})) {
      await mkdir(join(workspace, name, '..'), { recursive: true });
      await writeFile(join(workspace, name), content);
    }
    const dataDir = join(folder.path, 'server');
    await installVsix(options.vsix, dataDir, options.log ?? silent);
    const settings = {
      ...bareSettings,
      'workbench.colorTheme': themes[options.theme ?? 'dark'],
      // A heading that stays at the top of a scrolled tree lies over the row that a test is to click.
      'workbench.tree.enableStickyScroll': false,
      ...options.settings,
    };
    const { network } = options;
    const port = network === undefined ? undefined : await freePort();
    const server = await serveVSCode({
      dataDir,
      ...(network === undefined ? {} : { network }),
      ...(port === undefined ? {} : { port }),
      disableTrust: options.trusted !== false,
      machineSettings: settings,
      env: { ...(await isolatedEnvironment(folder.path)), ...options.env },
      log: options.log ?? silent,
    });
    undo.push(server.stop);
    if (port !== undefined) {
      const relay = await startRelay(folder.path, { port }, { network, port });
      undo.push(relay.stop);
    }
    const browser = await startBrowser(options.log);
    undo.push(() => browser.close());
    const context = await browser.newContext({
      viewport: options.viewport ?? { width: 1280, height: 800 },
    });
    // Paths are copied to the clipboard by commands.
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(defaultTimeoutMs);
    const workbench = new Workbench(page, context, browser, server, {
      folder: folder.path,
      workspace,
      settings,
      undo,
    });
    await workbench.load();
    if (options.trusted === false) {
      await page.locator('.statusbar').getByText('Restricted Mode').waitFor();
    }
    return workbench;
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => undefined);
    throw error;
  }
}

interface Inner {
  folder: string;
  workspace: string;
  settings: Record<string, unknown>;
  undo: (() => Promise<void>)[];
}

/** A VS Code window, driven with mouse and keyboard. */
export class Workbench {
  constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    readonly browser: Browser,
    readonly server: ServedVSCode,
    private readonly inner: Inner,
  ) {}

  /** The folder that is open. */
  get workspace(): string {
    return this.inner.workspace;
  }

  /** A folder that goes away with the window; `home` in it is the extension's home folder. */
  get folder(): string {
    return this.inner.folder;
  }

  /** Opens the window, or opens it again as after a crash of the browser. */
  async load(): Promise<void> {
    await this.page.goto(this.server.folderUrl(this.workspace));
    await this.page
      .locator('.monaco-workbench .activitybar .action-label')
      .first()
      .waitFor({ timeout: startTimeoutMs });
    // Commands of extensions are known once the connection to their host stands.
    await this.page
      .locator('.statusbar [id="status.host"]')
      .first()
      .waitFor({ timeout: startTimeoutMs });
  }

  /** Ends the window, the browser, the server, and all their files. */
  async close(): Promise<void> {
    for (const step of this.inner.undo.reverse()) await step();
    this.inner.undo.length = 0;
  }

  /** Shows the side bar's views by the title of their activity bar icon. */
  async openView(title: string): Promise<void> {
    const item = this.page.locator('.activitybar .action-item', {
      has: this.page.locator(`[aria-label^="${title}"]`),
    });
    await item.first().waitFor();
    if ((await item.first().getAttribute('aria-expanded')) === 'true') return;
    if (!(await item.first().evaluate((e) => e.classList.contains('checked')))) {
      await item.first().click();
    }
    await this.page.locator('.part.sidebar .pane').first().waitFor();
  }

  /** Runs a command of the palette by its full title. */
  async runCommand(title: string): Promise<void> {
    await this.openPalette('F1', `>${title}`);
    const row = this.quickInput().getByRole('option', { name: title }).first();
    await row.waitFor();
    await row.click();
  }

  /** The titles the palette offers for some text that is in one at least. */
  async commandsFor(text: string): Promise<string[]> {
    await this.openPalette('F1', `>${text}`);
    // It has all commands at first, and those of extensions a while after them.
    await this.quickInput().getByRole('option', { name: text }).first().waitFor();
    const titles = await this.quickPickItems();
    await this.page.keyboard.press('Escape');
    return titles;
  }

  /** Opens a file of the workspace in the editor that is its default. */
  async openFile(name: string): Promise<void> {
    await this.openPalette('Control+p', name);
    const row = this.quickInput().getByRole('option', { name }).first();
    await row.waitFor();
    await row.click();
  }

  private async openPalette(key: string, text: string): Promise<void> {
    const input = this.quickInput().locator(
      '.quick-input-filter input, .quick-input-filter textarea',
    );
    if (await this.quickInput().isVisible()) {
      await this.page.keyboard.press('Escape');
      await this.quickInput().waitFor({ state: 'hidden' });
    }
    // The key does nothing while the window is still busy with something else.
    for (let attempt = 0; ; attempt++) {
      await this.page.keyboard.press(key);
      const shown = await input
        .first()
        .waitFor({ timeout: 3000 })
        .then(() => true)
        .catch(() => false);
      if (shown) break;
      if (attempt === 4) throw new Error(`${key} opens nothing`);
    }
    await input.first().fill(text);
  }

  /** A view's tree by the view's name. */
  tree(view: string): Locator {
    return this.page.getByRole('tree', { name: view, exact: true });
  }

  /** Waits for a row whose text contains `text` or matches it, scrolling through the tree: rows out of sight don't exist. */
  async row(view: string, text: string | RegExp, timeoutMs = defaultTimeoutMs): Promise<Locator> {
    const tree = this.tree(view);
    await tree.waitFor({ timeout: timeoutMs });
    const rows = tree.getByRole('treeitem').filter({ hasText: text });
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      if (await this.scrollTo(tree, rows)) return rows.first();
      if (Date.now() > deadline) {
        const there = await this.rows(view);
        throw new Error(`No row ${String(text)} in ${view}; there are:\n${there.join('\n')}`);
      }
      await this.page.waitForTimeout(250);
    }
  }

  /** Whether a row is there now. */
  async hasRow(view: string, text: string | RegExp): Promise<boolean> {
    const tree = this.tree(view);
    return this.scrollTo(tree, tree.getByRole('treeitem').filter({ hasText: text }));
  }

  /** The texts of all rows, from top to bottom. */
  async rows(view: string): Promise<string[]> {
    const tree = this.tree(view);
    const found = new Map<number, string>();
    await this.eachScreen(tree, async () => {
      const seen = await tree
        .getByRole('treeitem')
        .evaluateAll((items) =>
          items.map((item) => [Number(item.getAttribute('data-index')), item.textContent] as const),
        );
      for (const [index, text] of seen) found.set(index, text.trim());
      return false;
    });
    return [...found].sort(([a], [b]) => a - b).map(([, text]) => text);
  }

  private scrollTo(tree: Locator, rows: Locator): Promise<boolean> {
    return this.eachScreen(tree, async () => (await rows.count()) > 0);
  }

  // Goes through the tree page by page until `found` is content. Keys, since one turn of the wheel
  // moves a list by a fixed step; a tree that is all in sight is left alone.
  private async eachScreen(tree: Locator, found: () => Promise<boolean>): Promise<boolean> {
    if (await found()) return true;
    const allInSight = await tree.evaluate((element) => {
      const rows = element.querySelector<HTMLElement>('.monaco-list-rows');
      return rows === null || rows.offsetHeight <= element.clientHeight;
    });
    if (allInSight) return false;
    for (const end = Date.now() + startTimeoutMs; Date.now() < end;) {
      const isFound = await this.walkDown(tree, found);
      if (isFound !== undefined) return isFound;
    }
    throw new Error('The tree is drawn anew all the time.');
  }

  /** Undefined where the tree was drawn anew on the way: the focused row is gone then. */
  private async walkDown(
    tree: Locator,
    found: () => Promise<boolean>,
  ): Promise<boolean | undefined> {
    const focused = '.monaco-list-row.focused';
    await tree.focus();
    if (!(await this.movesTo(tree, 'Home', `${focused}[data-index="0"]`))) return undefined;
    for (;;) {
      if (await found()) return true;
      const [at] = await tree.locator(focused).evaluateAll((rows) =>
        rows.map((row) => ({
          index: row.getAttribute('data-index') ?? '',
          isLast: row.getAttribute('data-last-element') === 'true',
        })),
      );
      if (at === undefined) return undefined;
      if (at.isLast) return false;
      const moved = `${focused}:not([data-index="${at.index}"])`;
      if (!(await this.movesTo(tree, 'PageDown', moved))) return undefined;
    }
  }

  private async movesTo(tree: Locator, key: string, sign: string): Promise<boolean> {
    await this.page.keyboard.press(key);
    return tree
      .locator(sign)
      .first()
      .waitFor({ state: 'attached', timeout: 5_000 })
      .then(() => true)
      .catch(() => false);
  }

  /** Opens a row's children. */
  async expand(view: string, text: string | RegExp): Promise<void> {
    // A row moves while others above it are filled, and a click may miss it.
    for (let attempt = 0; attempt < 5; attempt++) {
      const row = await this.row(view, text);
      if ((await row.getAttribute('aria-expanded')) === 'true') return;
      await row.locator('.monaco-tl-twistie').click();
      const opened = this.tree(view)
        .locator('[role="treeitem"][aria-expanded="true"]')
        .filter({ hasText: text });
      const isOpen = await opened
        .first()
        .waitFor({ timeout: 5_000 })
        .then(() => true)
        .catch(() => false);
      if (isOpen) return;
    }
    throw new Error(`${String(text)} can't be opened in ${view}.`);
  }

  /**
   * Right-clicks a row and picks an entry of its menu. A list that is read anew while the menu is open takes the row
   * from under it; the command is then called without it and asks for the cluster: it is called again.
   *
   * @param expected what the entry brings about
   */
  async contextMenu(
    view: string,
    text: string | RegExp,
    entry: string,
    expected: Locator,
  ): Promise<void> {
    await this.#onItsRow(entry, () => this.#pickFromMenu(view, text, entry), expected);
  }

  async #onItsRow(title: string, call: () => Promise<void>, expected: Locator): Promise<void> {
    const question = this.page.getByPlaceholder(/which cluster\?$/i);
    for (let tries = 1; ; tries++) {
      await call();
      // One of them may stand in a page's own frame; the other comes to nothing.
      const timeout = startTimeoutMs;
      await Promise.any([expected, question].map((one) => one.first().waitFor({ timeout })));
      if (!(await question.isVisible())) return;
      assert.ok(tries < 5, `${title} is called without its row again and again`);
      await this.page.keyboard.press('Escape');
      await question.waitFor({ state: 'hidden' });
    }
  }

  async #pickFromMenu(view: string, text: string | RegExp, entry: string): Promise<void> {
    const row = await this.row(view, text);
    await row.click({ button: 'right' });
    const item = this.page.locator('.monaco-menu').getByRole('menuitem', { name: entry }).first();
    await item.waitFor();
    // The menu takes the mouse only a moment after it is drawn; on a busy machine the moment is longer.
    for (let clicks = 0; clicks < 5; clicks++) {
      await this.page.waitForTimeout(300);
      if (clicks > 0 && !(await item.isVisible())) return;
      await item.click();
      const isTaken = await item
        .waitFor({ state: 'hidden', timeout: 5_000 })
        .then(() => true)
        .catch(() => false);
      if (isTaken) return;
    }
    throw new Error(`The menu does not take ${entry}.`);
  }

  /** The entries of a row's menu. */
  async contextMenuEntries(view: string, text: string | RegExp): Promise<string[]> {
    const row = await this.row(view, text);
    await row.click({ button: 'right' });
    const items = this.page.locator('.monaco-menu [role="menuitem"]');
    await items.first().waitFor();
    const texts = await items.allInnerTexts();
    await this.page.keyboard.press('Escape');
    return texts.map((entry) => entry.split('\n')[0]?.trim() ?? '').filter((entry) => entry !== '');
  }

  /** Clicks a row's inline icon by its title, again where it was called without its row, as from a menu. */
  async inlineAction(
    view: string,
    text: string | RegExp,
    title: string,
    expected: Locator,
  ): Promise<void> {
    const click = async (): Promise<void> => {
      const row = await this.row(view, text);
      await row.hover();
      await row.locator(`.actions [aria-label^="${title}"]`).first().click();
    };
    await this.#onItsRow(title, click, expected);
  }

  /** Clicks an icon of a view's title bar. */
  async viewAction(title: string): Promise<void> {
    const bar = this.page.locator('.part.sidebar');
    await bar.hover();
    await bar.locator(`.actions-container [aria-label^="${title}"]`).first().click();
  }

  /** The text of a view that has nothing to show yet; its links are buttons and anchors in it. */
  welcome(): Locator {
    return this.page.locator('.part.sidebar .welcome-view-content').first();
  }

  private quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** The title of the question asked at the top of the window. */
  async questionTitle(): Promise<string> {
    await this.quickInput().waitFor();
    return (await this.quickInput().locator('.quick-input-title').innerText()).trim();
  }

  /** The labels of the quick pick on screen. */
  async quickPickItems(): Promise<string[]> {
    const items = this.quickInput().getByRole('option');
    await items.first().waitFor();
    return items.locator('.quick-input-list-row:first-child .label-name').allInnerTexts();
  }

  /** An entry of a quick pick. */
  offered(label: string | RegExp): Locator {
    return this.quickInput().getByRole('option').filter({ hasText: label }).first();
  }

  /** Picks an entry of a quick pick. */
  async pick(label: string | RegExp): Promise<void> {
    const item = this.offered(label);
    await item.waitFor();
    const shown = await item.elementHandle();
    await item.click();
    // The next question may come in the same box: what follows must not meet the old one.
    await shown.waitForElementState('hidden', { timeout: 2000 }).catch(() => undefined);
  }

  /** Ticks entries of a quick pick that takes several, and accepts. */
  async pickMany(labels: readonly (string | RegExp)[]): Promise<void> {
    // What is pressed before it is there is lost.
    const several = this.page.locator('.quick-input-widget.show-checkboxes:visible');
    await several.locator('.monaco-list-row').first().waitFor();
    for (const label of labels) {
      // These rows are check boxes, not options.
      const row = this.quickInput().locator('.monaco-list-row').filter({ hasText: label });
      await row.first().click();
    }
    await this.page.keyboard.press('Enter');
  }

  /** An input box, which unlike a quick pick has no list. */
  private inputBox(): Locator {
    const list = this.page.locator('.quick-input-list:visible');
    return this.quickInput().filter({ hasNot: list });
  }

  /** An input box that says this. */
  question(text: string | RegExp): Locator {
    return this.inputBox().filter({ hasText: text });
  }

  /** Types into the input box and accepts with Enter; a box with an error keeps standing. */
  async answer(text: string, options: { expect?: string | RegExp } = {}): Promise<void> {
    const box = options.expect === undefined ? this.inputBox() : this.question(options.expect);
    await box.waitFor();
    await box.locator('.quick-input-box input, .quick-input-box textarea').first().fill(text);
    await this.page.keyboard.press('Enter');
  }

  /** Types the path of a file into VS Code's own dialog, which the server's window has instead of the system's. */
  async chooseFile(path: string): Promise<void> {
    const choose = this.page.getByRole('button', { name: 'Choose' });
    const dialog = this.quickInput().filter({ has: choose });
    await dialog.waitFor();
    // By keys: the next question would show its hover over its own answers where the mouse rests, and leave it there
    // when the mouse goes as it comes.
    await this.page.mouse.move(680, 480);
    const timeout = 5_000;
    const enter = async (): Promise<void> => {
      await dialog.getByRole('option').first().waitFor({ timeout });
      await dialog.locator('.quick-input-box input').first().fill(path, { timeout });
      await dialog
        .getByRole('button', { name: 'Choose', disabled: false })
        .press('Enter', { timeout });
      await dialog.waitFor({ state: 'hidden', timeout });
    };
    // Where it begins it writes into the box itself, a moment after it is drawn.
    for (let attempt = 0; attempt < 12; attempt++) {
      await enter().catch(() => undefined);
      if (!(await dialog.isVisible())) return;
    }
    throw new Error(`${path} can't be chosen.`);
  }

  /** Waits until the input box says something about what was typed, and gives all it says. */
  async questionMessage(expect: string | RegExp): Promise<string> {
    const message = this.inputBox().locator('.quick-input-message').filter({ hasText: expect });
    await message.first().waitFor();
    return (await message.first().innerText()).trim();
  }

  /** The modal dialog on screen. */
  dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Reads the modal dialog's text. */
  async dialogText(): Promise<string> {
    await this.dialog().waitFor();
    return (await this.dialog().locator('.dialog-message-container').innerText()).trim();
  }

  /** Answers the modal dialog with one of its buttons. */
  async answerDialog(button: string | RegExp): Promise<void> {
    await this.dialog().waitFor({ timeout: startTimeoutMs });
    const shown = await this.dialog().elementHandle();
    await this.dialog().getByRole('button', { name: button }).click();
    // Another may stand there at once.
    await shown.waitForElementState('hidden');
  }

  /** A notification on screen. */
  told(text: string | RegExp): Locator {
    return this.page
      .locator('.notifications-toasts .notification-toast')
      .filter({ hasText: text })
      .first();
  }

  /** Waits for a notification. */
  async notification(text: string | RegExp, timeoutMs = defaultTimeoutMs): Promise<Locator> {
    const found = this.told(text);
    await found.waitFor({ timeout: timeoutMs });
    return found;
  }

  /** The texts of all notifications on screen. */
  async notifications(): Promise<string[]> {
    return this.page
      .locator('.notifications-toasts .notification-list-item-message')
      .allInnerTexts();
  }

  /** Presses a button of a notification. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    const found = await this.notification(text);
    await found.getByRole('button', { name: button }).first().click();
  }

  /** Clears all notifications away. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
  }

  /** The page inside the custom editor or webview that is on top. */
  customEditorFrame(): FrameLocator {
    return this.page
      .locator('iframe.webview.ready:visible')
      .last()
      .contentFrame()
      .locator('iframe#active-frame')
      .contentFrame();
  }

  /** The titles of the open editors. */
  async editorTitles(): Promise<string[]> {
    return this.page
      .locator('.tabs-container .tab')
      .evaluateAll((tabs) => tabs.map((tab) => tab.getAttribute('data-resource-name') ?? ''));
  }

  /** The texts of the status bar's entries. */
  async statusBar(): Promise<string[]> {
    const all = await this.page.locator('.statusbar .statusbar-item').allInnerTexts();
    return all.map((text) => text.trim()).filter((text) => text !== '');
  }

  /**
   * Changes settings of the running window and waits until it goes by them.
   *
   * @throws where `isTaken` is still false after a minute and a half.
   */
  async changeSettings(
    settings: Record<string, unknown>,
    isTaken: () => Promise<boolean>,
  ): Promise<void> {
    Object.assign(this.inner.settings, settings);
    const file = join(this.server.dataDir, 'data', 'Machine', 'settings.json');
    const end = Date.now() + defaultTimeoutMs;
    // On a busy machine a window that has just opened may miss that its file changed.
    for (let attempt = 0; Date.now() < end; attempt++) {
      if (attempt % 10 === 0) {
        await writeFile(`${file}.new`, JSON.stringify(this.inner.settings));
        await rename(`${file}.new`, file);
      }
      await this.page.waitForTimeout(500);
      if (await isTaken()) return;
    }
    throw new Error(`The window does not go by ${Object.keys(settings).join(', ')}.`);
  }

  /** Changes the colour theme and waits until the window wears it. */
  async setTheme(theme: Theme): Promise<void> {
    const kind = {
      dark: 'vs-dark',
      light: 'vs',
      'high-contrast': 'hc-black',
      'high-contrast-light': 'hc-light',
    };
    const dressed = this.page.locator(`.monaco-workbench.${kind[theme]}`);
    await this.changeSettings({ 'workbench.colorTheme': themes[theme] }, () => dressed.isVisible());
  }

  /** Reads what a command copied. */
  async clipboard(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Keeps a picture of the window in test-output/screenshots. */
  async screenshot(name: string): Promise<string> {
    const folder = join(repositoryRoot, 'test-output', 'screenshots');
    await mkdir(folder, { recursive: true });
    const path = join(folder, `${name}.png`);
    await this.page.screenshot({ path });
    return path;
  }
}
