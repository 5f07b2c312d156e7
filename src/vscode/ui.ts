import * as vscode from 'vscode';

/** A question with buttons that blocks until answered. */
export interface Confirmation {
  message: string;
  detail?: string;
  /** The button that goes on; escape and "Cancel" do not. */
  accept: string;
}

/** A question that blocks until answered, with more than one way to go on. */
export interface Decision {
  message: string;
  detail?: string;
  /** The ways to go on, the usual one first; escape and "Cancel" do not. */
  buttons: readonly string[];
}

/** One step of several: its number in the title, and a way back. */
export interface Step {
  title: string;
  step: number;
  canGoBack: boolean;
}

/** What a step answers when the person wants the one before. */
export const BACK = Symbol('back');

/**
 * Everything that is asked of the person, behind one interface: commands never call the editor's dialogs
 * themselves, so that tests can answer for the person.
 */
export interface Ui {
  pick<T extends vscode.QuickPickItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: vscode.QuickPickOptions,
  ): Promise<T | undefined>;
  /** Several of them; those that are ticked beforehand say `picked`. */
  pickMany<T extends vscode.QuickPickItem>(
    items: readonly T[],
    options: vscode.QuickPickOptions,
  ): Promise<readonly T[] | undefined>;
  input(options: vscode.InputBoxOptions): Promise<string | undefined>;
  pickStep<T extends vscode.QuickPickItem>(
    step: Step,
    items: readonly T[],
    placeholder: string,
  ): Promise<T | typeof BACK | undefined>;
  /** Several of them, or none. */
  pickManyStep<T extends vscode.QuickPickItem>(
    step: Step,
    items: readonly T[],
    placeholder: string,
  ): Promise<readonly T[] | typeof BACK | undefined>;
  /**
   * A step that shows that something is waited for, and can be left meanwhile.
   *
   * @throws what `until` rejects with
   */
  busyStep(
    step: Step,
    placeholder: string,
    until: Promise<unknown>,
  ): Promise<'loaded' | typeof BACK | undefined>;
  inputStep(
    step: Step,
    options: Pick<vscode.InputBoxOptions, 'prompt' | 'placeHolder' | 'value' | 'password'> & {
      problem?: (value: string) => string | undefined;
    },
  ): Promise<string | typeof BACK | undefined>;
  confirm(confirmation: Confirmation): Promise<boolean>;
  /** The button that was pressed, if one was. */
  decide(decision: Decision): Promise<string | undefined>;
  openFile(options: vscode.OpenDialogOptions): Promise<vscode.Uri | undefined>;
  saveFile(options: vscode.SaveDialogOptions): Promise<vscode.Uri | undefined>;
  info(message: string, ...actions: string[]): Promise<string | undefined>;
  warn(message: string, ...actions: string[]): Promise<string | undefined>;
  error(message: string, ...actions: string[]): Promise<string | undefined>;
}

/** The editor's own dialogs. */
export const editorUi: Ui = {
  pick: async (items, options) => vscode.window.showQuickPick(items, options),
  pickMany: async (items, options) =>
    vscode.window.showQuickPick(items, { ...options, canPickMany: true, ignoreFocusOut: true }),
  input: async (options) => vscode.window.showInputBox({ ignoreFocusOut: true, ...options }),
  pickStep,
  pickManyStep,
  busyStep,
  inputStep,
  confirm: async ({ accept, ...question }) =>
    (await editorUi.decide({ ...question, buttons: [accept] })) === accept,
  async decide({ message, detail, buttons }) {
    const options = { modal: true, ...(detail === undefined ? {} : { detail }) };
    return vscode.window.showWarningMessage(message, options, ...buttons);
  },
  openFile: async (options) => (await vscode.window.showOpenDialog(options))?.[0],
  saveFile: async (options) => vscode.window.showSaveDialog(options),
  info: async (message, ...actions) => vscode.window.showInformationMessage(message, ...actions),
  warn: async (message, ...actions) => vscode.window.showWarningMessage(message, ...actions),
  error: async (message, ...actions) => vscode.window.showErrorMessage(message, ...actions),
};

async function pickStep<T extends vscode.QuickPickItem>(
  step: Step,
  items: readonly T[],
  placeholder: string,
): Promise<T | typeof BACK | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  pick.placeholder = placeholder;
  pick.items = items;
  return ask(pick, step, () => pick.selectedItems[0]);
}

async function pickManyStep<T extends vscode.QuickPickItem>(
  step: Step,
  items: readonly T[],
  placeholder: string,
): Promise<readonly T[] | typeof BACK | undefined> {
  const pick = vscode.window.createQuickPick<T>();
  pick.placeholder = placeholder;
  pick.canSelectMany = true;
  pick.items = items;
  return ask(pick, step, () => [...pick.selectedItems]);
}

async function busyStep(
  step: Step,
  placeholder: string,
  until: Promise<unknown>,
): Promise<'loaded' | typeof BACK | undefined> {
  const pick = vscode.window.createQuickPick();
  pick.placeholder = placeholder;
  pick.busy = true;
  const left = ask(pick, step, () => undefined);
  const loaded = until.then(() => 'loaded' as const);
  try {
    return await Promise.race([loaded, left]);
  } finally {
    // What takes its place shows at once; left by hand, it is hidden already.
    pick.hide();
    loaded.catch(() => undefined);
  }
}

async function inputStep(
  step: Step,
  options: Parameters<Ui['inputStep']>[1],
): Promise<string | typeof BACK | undefined> {
  const input = vscode.window.createInputBox();
  input.prompt = options.prompt;
  input.placeholder = options.placeHolder;
  input.value = options.value ?? '';
  input.password = options.password ?? false;
  const check = () => {
    input.validationMessage = options.problem?.(input.value);
    return input.validationMessage === undefined;
  };
  input.onDidChangeValue(check);
  return ask(input, step, () => (check() ? input.value : undefined));
}

/** Shows a step until it is answered, left by the back button, or closed. */
async function ask<T>(
  input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox,
  step: Step,
  answer: () => T | undefined,
): Promise<T | typeof BACK | undefined> {
  input.title = step.title;
  input.step = step.step;
  input.ignoreFocusOut = true;
  input.buttons = step.canGoBack ? [vscode.QuickInputButtons.Back] : [];
  try {
    return await new Promise((resolve) => {
      input.onDidTriggerButton(() => resolve(BACK));
      input.onDidHide(() => resolve(undefined));
      input.onDidAccept(() => {
        const value = answer();
        if (value !== undefined) resolve(value);
      });
      input.show();
    });
  } finally {
    input.dispose();
  }
}
