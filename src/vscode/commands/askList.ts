import type * as vscode from 'vscode';
import { isCancellation, toErrorInfo } from '../../core/errors';
import type { SetupOption, SetupQuestion } from '../../core/ports';
import { BACK } from '../ui';
import type { Step, Ui } from '../ui';

type ListQuestion = Extract<SetupQuestion, { kind: 'list' }>;

/** What was picked: a value, several, or nothing, which leaves the field out. */
export type ListAnswer = { value: string | string[] | undefined };

interface ListPick extends vscode.QuickPickItem {
  act?: 'again' | 'type' | 'leave';
  value?: string;
}

const AGAIN: ListPick = { label: '$(refresh) Try Again', act: 'again', alwaysShow: true };
const TYPE: ListPick = { label: '$(edit) Type It by Hand…', act: 'type', alwaysShow: true };

/**
 * A question whose answers the cluster itself offers: busy while it is asked, and where it can't be asked or offers
 * nothing, to be tried again or typed by hand.
 *
 * @param isOptional the field may be left out
 * @param load asks the cluster, with the answers so far
 */
export async function askList(
  ui: Ui,
  step: Step,
  question: ListQuestion,
  isOptional: boolean,
  load: (signal: AbortSignal) => Promise<SetupOption[]>,
): Promise<ListAnswer | typeof BACK | undefined> {
  for (;;) {
    const offered = await offer(ui, step, question, isOptional, load);
    if (offered === undefined || offered === BACK || 'value' in offered) return offered;
    if (offered.act === 'again') continue;
    const typed = await typeIt(ui, step, question);
    // Back from typing is back to the list.
    if (typed !== BACK) return typed;
  }
}

async function offer(
  ui: Ui,
  step: Step,
  { prompt, many, title }: ListQuestion,
  isOptional: boolean,
  load: (signal: AbortSignal) => Promise<SetupOption[]>,
): Promise<ListAnswer | { act: 'again' | 'type' } | typeof BACK | undefined> {
  const abort = new AbortController();
  const leave: ListPick[] = isOptional
    ? [{ label: '$(circle-slash) Leave It Out', act: 'leave', alwaysShow: true }]
    : [];
  let options: SetupOption[];
  try {
    // Shown busy meanwhile, and can be left at any time.
    const loading = load(abort.signal);
    const left = await ui.busyStep(step, `${prompt} Asking…`, loading);
    if (left !== 'loaded') {
      abort.abort();
      loading.catch(() => undefined);
      return left;
    }
    options = await loading;
  } catch (error) {
    if (isCancellation(error)) return undefined;
    const { message, next, code } = toErrorInfo(error);
    const again = { ...AGAIN, detail: `${message} ${next} [${code}]` };
    return single(ui, step, [again, TYPE, ...leave], `${title}: could not be asked`);
  }
  if (options.length === 0) {
    const detail =
      'The login that was given sees none: it may lack the rights, or there is none yet';
    const again = { ...AGAIN, detail };
    return single(ui, step, [again, TYPE, ...leave], `${title}: nothing to choose from`);
  }
  const picks = options.map(({ label, value, description, detail }): ListPick => ({
    label,
    value,
    ...(description === undefined ? {} : { description }),
    ...(detail === undefined ? {} : { detail }),
  }));
  if (many !== true) return single(ui, step, [...picks, ...leave, TYPE], prompt);
  const picked = await ui.pickManyStep(step, picks, prompt);
  if (picked === undefined || picked === BACK) return picked;
  const values = picked.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return { value: values.length === 0 ? undefined : values };
}

async function single(
  ui: Ui,
  step: Step,
  items: readonly ListPick[],
  placeholder: string,
): Promise<ListAnswer | { act: 'again' | 'type' } | typeof BACK | undefined> {
  const picked = await ui.pickStep(step, items, placeholder);
  if (picked === undefined || picked === BACK) return picked;
  if (picked.act === 'again' || picked.act === 'type') return { act: picked.act };
  return { value: picked.value };
}

async function typeIt(
  ui: Ui,
  step: Step,
  { prompt, many }: ListQuestion,
): Promise<ListAnswer | typeof BACK | undefined> {
  const text = await ui.inputStep(
    { ...step, canGoBack: true },
    {
      prompt: many === true ? `${prompt} Ids, with commas between them.` : `${prompt} Its id.`,
      problem: (value) => (valuesOf(value).length === 0 ? 'Enter a value, or go back.' : undefined),
    },
  );
  if (text === undefined || text === BACK) return text;
  const values = valuesOf(text);
  return { value: many === true ? values : values.join(',') };
}

function valuesOf(text: string): string[] {
  return text
    .split(',')
    .map((value) => value.trim())
    .filter((value) => value !== '');
}
