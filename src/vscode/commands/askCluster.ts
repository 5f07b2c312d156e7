import * as vscode from 'vscode';
import * as z from 'zod';
import { systems } from '../../adapters/registry';
import { CLUSTER_NAME_PATTERN } from '../../core/model';
import type { SetupOption, SetupQuestion, SystemDefinition } from '../../core/ports';
import { BACK } from '../ui';
import type { Step, Ui } from '../ui';
import { askList } from './askList';
import type { DraftCluster } from './draftCluster';

/** What was answered about a new cluster: an entry for the file, and the secrets it refers to. */
export interface NewCluster {
  name: string;
  system: SystemDefinition;
  /** The entry's fields, secrets as references. */
  entry: Record<string, unknown>;
  /** Secret values by reference name, to be stored once the address is settled. */
  secrets: { field: string; name: string; value: string }[];
  /** The file it goes to. */
  file: string;
}

interface Draft {
  name?: string;
  system?: SystemDefinition;
  /** Answers in order, so that going back takes the last one off. */
  answers: Record<string, unknown>;
  secrets: { field: string; value: string }[];
  file?: string;
}

type Outcome = Draft | typeof BACK | undefined;
type Ask = (draft: Draft, step: Step) => Promise<Outcome>;

const TITLE = 'Add Cluster';

/** What the cluster itself offers for a field, with the answers so far. */
export type AskOptions = (
  draft: DraftCluster,
  field: string,
  signal: AbortSignal,
) => Promise<SetupOption[]>;

/** Asks for a cluster step by step, with a way back at each; undefined when the person gives up. */
export async function askCluster(
  ui: Ui,
  files: readonly { label: string; file: string }[],
  taken: readonly string[],
  options: AskOptions,
): Promise<NewCluster | undefined> {
  const history: Draft[] = [{ answers: {}, secrets: [] }];
  for (;;) {
    const draft = history.at(-1);
    if (draft === undefined) return undefined;
    const ask = nextQuestion(ui, draft, files, taken, options);
    if (ask === undefined) return finish(draft);
    const step = { title: TITLE, step: history.length, canGoBack: history.length > 1 };
    const outcome = await ask(draft, step);
    if (outcome === undefined) return undefined;
    if (outcome === BACK) history.pop();
    else history.push(outcome);
  }
}

function nextQuestion(
  ui: Ui,
  draft: Draft,
  files: readonly { label: string; file: string }[],
  taken: readonly string[],
  options: AskOptions,
): Ask | undefined {
  const { system } = draft;
  if (system === undefined) return askSystem(ui);
  const open = pending(system.setup ?? [], draft.answers);
  if (open?.kind === 'list') return askOffered(ui, system, open, options);
  if (open !== undefined) return askSetup(ui, open);
  // What never comes into a vault is not encrypted by us.
  const { format, exports } = system.capabilities;
  if (format !== undefined && draft.answers.encryption === undefined) {
    return askEncryption(ui, exports?.plural.toLowerCase() ?? 'backups');
  }
  if (draft.name === undefined) return askName(ui, taken);
  if (draft.file === undefined) return askFile(ui, files);
  return undefined;
}

/** The first question that has no answer yet; answers are kept under the question's own key. */
function pending(
  questions: readonly SetupQuestion[],
  answers: Readonly<Record<string, unknown>>,
): SetupQuestion | undefined {
  for (const question of questions) {
    if (question.kind !== 'choice') {
      if (!(question.field in answers)) return question;
      continue;
    }
    if (question.when?.(answers) === false) continue;
    const chosen = answers[choiceKey(question)];
    if (chosen === undefined) return question;
    const option = question.options.find((o) => o.label === chosen);
    const follow = pending(option?.ask ?? [], answers);
    if (follow !== undefined) return follow;
  }
  return undefined;
}

/** Choices are remembered beside the fields, and left out of the entry. */
function choiceKey(question: Extract<SetupQuestion, { kind: 'choice' }>): string {
  return `?${question.title}`;
}

function askSystem(ui: Ui): Ask {
  return async (draft, step) => {
    const items = systems.map((system) => ({ label: system.title, system }));
    const picked = await ui.pickStep(step, items, 'What kind of cluster is it?');
    return picked === undefined || picked === BACK ? picked : { ...draft, system: picked.system };
  };
}

function askOffered(
  ui: Ui,
  system: SystemDefinition,
  question: Extract<SetupQuestion, { kind: 'list' }>,
  options: AskOptions,
): Ask {
  const { field, title } = question;
  // By the schema: what it takes without a value may be left out.
  const isOptional = z.safeParse(system.schema.shape[field] ?? z.never(), undefined).success;
  return async (draft, step) => {
    const secrets = Object.fromEntries(draft.secrets.map((secret) => [secret.field, secret.value]));
    const fields = Object.fromEntries(
      Object.entries(draft.answers).filter(
        ([key, value]) => !key.startsWith('?') && value !== undefined && value !== SECRET,
      ),
    );
    const answer = await askList(
      ui,
      { ...step, title: `${TITLE}: ${title}` },
      question,
      isOptional,
      (signal) => options({ system, fields, secrets }, field, signal),
    );
    if (answer === undefined || answer === BACK) return answer;
    return { ...draft, answers: { ...draft.answers, [field]: answer.value } };
  };
}

function askSetup(ui: Ui, question: Exclude<SetupQuestion, { kind: 'list' }>): Ask {
  return async (draft, step) => {
    const title = `${TITLE}: ${question.title}`;
    const keep = (more: Record<string, unknown>): Draft => ({
      ...draft,
      answers: { ...draft.answers, ...more },
    });
    if (question.kind === 'choice') {
      const items = question.options.map((o) => ({
        label: o.label,
        ...(o.detail === undefined ? {} : { detail: o.detail }),
        option: o,
      }));
      const picked = await ui.pickStep({ ...step, title }, items, question.prompt);
      if (picked === undefined || picked === BACK) return picked;
      return keep({ [choiceKey(question)]: picked.label, ...picked.option.set });
    }
    if (question.kind === 'file') {
      const uri = await ui.openFile({ title: `${title}. ${question.prompt}`, openLabel: 'Choose' });
      return uri === undefined ? BACK : keep({ [question.field]: uri.fsPath });
    }
    const secret = question.kind === 'secret';
    const answer = await ui.inputStep(
      { ...step, title },
      {
        prompt: question.prompt,
        password: secret,
        ...(question.kind === 'text' && question.placeholder !== undefined
          ? { placeHolder: question.placeholder }
          : {}),
        ...(question.kind === 'text' && question.value !== undefined
          ? { value: question.value }
          : {}),
        problem: (value) =>
          question.kind === 'text'
            ? question.optional && value === ''
              ? undefined
              : question.problem?.(value)
            : value === ''
              ? 'Enter a value, or go back.'
              : undefined,
      },
    );
    if (answer === undefined || answer === BACK) return answer;
    if (!secret) return keep({ [question.field]: answer === '' ? undefined : answer });
    const kept = keep({ [question.field]: SECRET });
    return { ...kept, secrets: [...draft.secrets, { field: question.field, value: answer }] };
  };
}

/** Stands for a stored secret until the cluster's name is known. */
const SECRET = Symbol('secret');

/** @param kept what comes into the vault: "backups", or exports only */
function askEncryption(ui: Ui, kept: string): Ask {
  return async (draft, step) => {
    const title = `${TITLE}: Encryption`;
    const items = [
      {
        id: 'passphrase',
        label: '$(lock) Passphrase',
        detail: `Asked once and stored; gpg --decrypt opens the ${kept} with it`,
      },
      {
        id: 'keys',
        label: '$(key) OpenPGP public key',
        detail: `Only the owner of the private key can open the ${kept}`,
      },
      {
        id: 'none',
        label: '$(unlock) None',
        detail: 'Whoever reads the files reads the secrets in them',
      },
    ];
    const picked = await ui.pickStep({ ...step, title }, items, `How are its ${kept} encrypted?`);
    if (picked === undefined || picked === BACK) return picked;
    const keep = (encryption: unknown): Draft => ({
      ...draft,
      answers: { ...draft.answers, encryption },
    });
    if (picked.id === 'none') return keep('none');
    if (picked.id === 'keys') {
      const uri = await ui.openFile({
        title: `${title}: choose the public key`,
        openLabel: 'Choose',
      });
      return uri === undefined ? BACK : keep({ publicKeys: [uri.fsPath] });
    }
    const passphrase = await ui.inputStep(
      { ...step, title, canGoBack: true },
      {
        prompt: `Passphrase for the ${kept}. Without it nobody opens them: keep a copy elsewhere.`,
        password: true,
        problem: (value) => (value.length < 8 ? 'Use 8 characters at least.' : undefined),
      },
    );
    if (passphrase === undefined || passphrase === BACK) return passphrase;
    return {
      ...keep({ passphrase: SECRET }),
      secrets: [...draft.secrets, { field: 'encryption.passphrase', value: passphrase }],
    };
  };
}

/** What is wrong with a name for a new cluster. */
export function nameProblem(name: string, taken: readonly string[]): string | undefined {
  if (!CLUSTER_NAME_PATTERN.test(name)) {
    return 'Use letters, digits, "_" and "-", starting with a letter or digit, 63 at most.';
  }
  return taken.includes(name) ? `There is a cluster named "${name}" already.` : undefined;
}

function askName(ui: Ui, taken: readonly string[]): Ask {
  return async (draft, step) => {
    const name = await ui.inputStep(
      { ...step, title: `${TITLE}: Name` },
      {
        prompt: 'A name for the cluster; backups are kept under it.',
        placeHolder: 'production',
        problem: (value) => nameProblem(value, taken),
      },
    );
    return name === undefined || name === BACK ? name : { ...draft, name };
  };
}

function askFile(ui: Ui, files: readonly { label: string; file: string }[]): Ask {
  return async (draft, step) => {
    const items = files.map(({ label, file }) => ({ label, detail: file, file }));
    const picked = await ui.pickStep(
      { ...step, title: `${TITLE}: Where To` },
      items,
      'Which configuration file is it written to?',
    );
    return picked === undefined || picked === BACK ? picked : { ...draft, file: picked.file };
  };
}

function finish(draft: Draft): NewCluster | undefined {
  const { name, system, file } = draft;
  if (name === undefined || system === undefined || file === undefined) return undefined;
  const secretName = (field: string) => `${name}.${field.replace('encryption.', '')}`;
  const fields: [string, unknown][] = Object.entries(draft.answers)
    .filter(([key, value]) => !key.startsWith('?') && value !== undefined)
    .map(([key, value]) => [key, value === SECRET ? { secret: secretName(key) } : value]);
  const entry: Record<string, unknown> = { system: system.id, ...Object.fromEntries(fields) };
  const { encryption } = draft.answers;
  if (typeof encryption === 'object' && encryption !== null && 'passphrase' in encryption) {
    entry.encryption = { passphrase: { secret: secretName('encryption.passphrase') } };
  }
  return {
    name,
    system,
    entry,
    file,
    secrets: draft.secrets.map((s) => ({ ...s, name: secretName(s.field) })),
  };
}

/** The files a cluster can be written to: the workspace's folders, then the user's own. */
export function targetFiles(configFiles: readonly string[]): { label: string; file: string }[] {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return configFiles.map((file) => {
    const folder = folders.find((f) => file.startsWith(f.uri.fsPath));
    return {
      label: folder === undefined ? '$(account) My own configuration' : `$(folder) ${folder.name}`,
      file,
    };
  });
}
