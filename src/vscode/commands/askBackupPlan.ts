import * as vscode from 'vscode';
import type { ResolvedCluster } from '../../compose/resolvedCluster';
import type { BackupScope } from '../../core/model';
import type { PlanLine, PlanQuestion } from '../../core/plan';
import type { BackupPlan } from '../../core/ports';
import { BACK_UP, backupDecision, blockedText, lineText } from '../backupPlanWords';
import { serverPicks, warns } from '../backupPlanWords';
import { canPlace } from '../placing';
import { editorErrors } from '../editorErrors';
import type { Services } from '../services';
import type { ClusterEntry } from '../store/clusterStore';

/** What is to be backed up. */
export interface BackupWish {
  /** "Back Up prod". */
  title: string;
  mode: string;
  scope: BackupScope;
  /** Which server takes it, where that was chosen. */
  on?: string | undefined;
}

/** A backup that was planned and agreed to. */
export interface Agreed {
  on?: string | undefined;
  /** To what the plan asked. */
  answers?: Readonly<Record<string, string>> | undefined;
  items: readonly PlanLine[];
  /** The companion is backed up beside it. */
  companion: boolean;
}

/**
 * Asks the cluster what a backup would do to it, where its system can say so, and the person what has to be known or
 * answered first. Each answer is planned with anew.
 *
 * @returns undefined when the person gives up
 * @throws `editor.backupBlocked`
 */
export async function askBackupPlan(
  services: Services,
  entry: ClusterEntry,
  cluster: ResolvedCluster,
  wish: BackupWish,
  companion: string | undefined,
): Promise<Agreed | undefined> {
  if (entry.definition.capabilities.announces !== true) {
    return { on: wish.on, items: [], companion: false };
  }
  const answers: Record<string, string> = {};
  let { on } = wish;
  const ask = () => planOf(services, cluster, { ...wish, on }, answers);
  let plan = await ask();
  const picked = on ?? (await askServer(services, entry, wish, plan));
  if (picked === undefined) return undefined;
  if (picked !== NO_CHOICE) on = picked;
  if (on !== undefined && on !== wish.on && on !== plan.on) plan = await ask();
  for (;;) {
    const open = openQuestion(plan.items, answers);
    if (open === undefined) break;
    const answer = await askQuestion(services, wish.title, open);
    if (answer === undefined) return undefined;
    answers[open.question.answer] = answer;
    plan = await ask();
  }
  const { items } = plan;
  const blocked = blockedText(entry.config.name, items);
  if (blocked !== undefined) throw editorErrors.backupBlocked({ message: blocked });
  for (const line of items) services.log.info(`${entry.config.name}: ${lineText(line)}`);
  const agreed = { on, items, ...(Object.keys(answers).length === 0 ? {} : { answers }) };
  if (!warns(items)) return { ...agreed, companion: false };
  const decision = await services.ui.decide(backupDecision(wish.title, items, companion));
  return decision === undefined ? undefined : { ...agreed, companion: decision !== BACK_UP };
}

/** Nobody has to be asked. */
const NO_CHOICE = Symbol('no choice');

/** Which server takes it or what it is taken of, where the mode lets that be chosen; undefined: given up. */
async function askServer(
  { ui }: Services,
  { definition }: ClusterEntry,
  { title, mode }: BackupWish,
  plan: BackupPlan,
): Promise<string | typeof NO_CHOICE | undefined> {
  const { takenOn } = definition.capabilities;
  if (takenOn === undefined || !canPlace(definition.capabilities, mode)) return NO_CHOICE;
  const isEqual = takenOn.equal === true;
  const picks = serverPicks(plan, isEqual);
  if (picks.length === 0) return NO_CHOICE;
  const which = takenOn.title.toLowerCase();
  const placeHolder = isEqual ? `Which ${which} takes it? All hold the same.` : `Which ${which}?`;
  const picked = await ui.pick(picks, { title, placeHolder, matchOnDescription: true });
  return picked?.on;
}

interface OpenQuestion {
  line: PlanLine;
  question: PlanQuestion;
}

/** The first that has no answer; one with an answer that holds when nothing is said is not asked here. */
function openQuestion(
  items: readonly PlanLine[],
  answers: Readonly<Record<string, string>>,
): OpenQuestion | undefined {
  return items
    .flatMap((line) => (line.questions ?? []).map((question) => ({ line, question })))
    .find(
      ({ line, question: { answer, value } }) =>
        !(answer in answers) && (value === undefined || line.severity === 'blocker'),
    );
}

/** A button where one answer is what goes on, else a list or a line to type in. */
async function askQuestion(
  { ui }: Services,
  title: string,
  { line, question }: OpenQuestion,
): Promise<string | undefined> {
  const { title: prompt, options, action, value } = question;
  const [first] = options ?? [];
  if (action !== undefined && first !== undefined && line.severity === 'blocker') {
    const { title: message, detail } = line;
    const decision = { message, ...(detail === undefined ? {} : { detail }), buttons: [action] };
    return (await ui.decide(decision)) === undefined ? undefined : first.value;
  }
  if (options !== undefined) {
    const picks = options.map((option) => ({ label: option.label, value: option.value }));
    const ordered = [
      ...picks.filter((pick) => pick.value === value),
      ...picks.filter((pick) => pick.value !== value),
    ];
    return (await ui.pick(ordered, { title, placeHolder: prompt }))?.value;
  }
  return ui.input({
    title,
    prompt,
    ...(value === undefined ? {} : { value }),
    validateInput: (text) => (text.trim() === '' ? 'Enter a value.' : undefined),
  });
}

function planOf(
  services: Services,
  cluster: ResolvedCluster,
  { title, mode, scope, on }: BackupWish,
  answers: Readonly<Record<string, string>>,
): Promise<BackupPlan> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, (notification, token) => {
      const abort = new AbortController();
      token.onCancellationRequested(() => abort.abort());
      const given = Object.keys(answers).length === 0 ? {} : { answers: { ...answers } };
      const params = { cluster, mode, scope, on, ...given };
      return services.client.call('planBackup', params, {
        signal: abort.signal,
        progress: ({ phase }) => notification.report({ message: phase }),
      });
    }),
  );
}
