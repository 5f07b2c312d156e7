import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Services } from '../../../src/vscode/services';
import type { BACK } from '../../../src/vscode/ui';
import type { Ui } from '../../../src/vscode/ui';

/** The extension's own services, as it hands them to its tests. */
export async function activatedServices(): Promise<Services> {
  const extension = vscode.extensions.getExtension<Services>('cluster-backup.cluster-backup');
  assert.ok(extension, 'the extension is not known to the editor');
  return extension.activate();
}

/** The folder that is open. */
export function workspaceFolder(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder);
  return folder.uri.fsPath;
}

/** Writes the workspace's configuration and waits until it is read. */
export async function configure(services: Services, config: unknown): Promise<void> {
  await writeFile(join(workspaceFolder(), 'cluster-backup.jsonc'), JSON.stringify(config));
  await services.store.reload();
}

export async function unconfigure(services: Services): Promise<void> {
  await rm(join(workspaceFolder(), 'cluster-backup.jsonc'), { force: true });
  await services.store.reload();
}

/** What a person would say; what is not foreseen fails the test. */
export interface Answers {
  /** Labels of quick picks, in order. */
  picks?: (string | RegExp)[];
  /** Labels of what is ticked where several can be, in order; `undefined` takes what was ticked beforehand. */
  ticks?: (readonly (string | RegExp)[] | undefined)[];
  /** Texts of input boxes, in order; undefined is Escape. */
  inputs?: (string | undefined)[];
  confirm?: boolean;
  /** Buttons of questions with several, in order; undefined is Escape. */
  decisions?: (string | undefined)[];
  /** Pressed on the notification that has such a button. */
  presses?: string[];
}

/** A person made of answers; `told` is what they were told. */
export function answering(answers: Answers): Ui & { told: string[]; asked: string[] } {
  const told: string[] = [];
  const asked: string[] = [];
  const picks = [...(answers.picks ?? [])];
  const inputs = [...(answers.inputs ?? [])];
  const ticks = [...(answers.ticks ?? [])];
  const choose = <T extends vscode.QuickPickItem>(items: readonly T[]): T | undefined => {
    const wanted = picks.shift();
    assert.ok(wanted !== undefined, `nobody foresaw ${items.map((i) => i.label).join()}`);
    const item = items.find((i) =>
      typeof wanted === 'string' ? i.label.includes(wanted) : wanted.test(i.label),
    );
    assert.ok(item, `${String(wanted)} is not among ${items.map((i) => i.label).join()}`);
    return item;
  };
  const type = (problem: ((value: string) => unknown) | undefined): string | undefined => {
    assert.ok(inputs.length > 0, `nobody foresaw ${asked.at(-1) ?? ''}`);
    const value = inputs.shift();
    if (value !== undefined) assert.equal(problem?.(value) ?? undefined, undefined);
    return value;
  };
  const decisions = [...(answers.decisions ?? [])];
  const presses = [...(answers.presses ?? [])];
  const tell = (message: string, ...actions: string[]): Promise<string | undefined> => {
    told.push([message, ...actions.map((action) => `[${action}]`)].join(' '));
    const at = presses.findIndex((press) => actions.includes(press));
    return Promise.resolve(at < 0 ? undefined : presses.splice(at, 1)[0]);
  };
  return {
    told,
    asked,
    pick: async (items, options) => {
      asked.push(options.placeHolder ?? '');
      return choose(await items);
    },
    pickMany: (items, options) => {
      asked.push(options.placeHolder ?? '');
      assert.ok(ticks.length > 0, `nobody foresaw ${items.map((i) => i.label).join()}`);
      const wanted = ticks.shift();
      if (wanted === undefined) return Promise.resolve(items.filter((i) => i.picked === true));
      picks.unshift(...wanted);
      return Promise.resolve(wanted.flatMap(() => choose(items) ?? []));
    },
    pickStep: (step, items) => {
      asked.push(step.title);
      return Promise.resolve(choose(items) as (typeof items)[number] | typeof BACK | undefined);
    },
    pickManyStep: (step, items, placeholder) => {
      asked.push(`${step.title}: ${placeholder}`);
      assert.ok(ticks.length > 0, `nobody foresaw ${items.map((i) => i.label).join()}`);
      const wanted = ticks.shift() ?? [];
      picks.unshift(...wanted);
      return Promise.resolve(wanted.flatMap(() => choose(items) ?? []));
    },
    busyStep: async (_step, _placeholder, loading) => {
      await loading;
      return 'loaded';
    },
    input: (options) => {
      asked.push(options.prompt ?? '');
      return Promise.resolve(type((value) => options.validateInput?.(value)));
    },
    inputStep: (step, options) => {
      asked.push(step.title);
      return Promise.resolve(type(options.problem));
    },
    confirm: ({ message }) => {
      asked.push(message);
      assert.ok(answers.confirm !== undefined, `nobody foresaw "${message}"`);
      return Promise.resolve(answers.confirm);
    },
    decide: ({ message, detail, buttons }) => {
      asked.push([message, detail].filter((part) => part !== undefined).join('\n'));
      assert.ok(decisions.length > 0, `nobody foresaw "${message}"`);
      const decision = decisions.shift();
      if (decision !== undefined) assert.ok(buttons.includes(decision), buttons.join());
      return Promise.resolve(decision);
    },
    openFile: () => assert.fail('nobody foresaw a file dialog'),
    saveFile: () => assert.fail('nobody foresaw a save dialog'),
    info: tell,
    warn: tell,
    error: tell,
  };
}

/** Waits until something holds, or fails with what it is about. */
export async function until(what: string, holds: () => unknown, ms = 60_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    assert.ok(Date.now() < end, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
