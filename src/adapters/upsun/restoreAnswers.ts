import type { PlanLine, PlanQuestion } from '../../core/plan';
import { described, isActive } from './environments';
import { YES_NO } from './lines';
import type { Environment, UpsunBackup } from './wire';

/** Stands for an environment that is still to be made. A colon is in no name of a branch. */
export const NEW = ':new';
const RESOURCES = [
  { value: 'backup', label: 'As in the backup' },
  { value: 'parent', label: 'As of the parent environment' },
  { value: 'default', label: "The platform's default" },
  { value: 'minimum', label: 'The least there is' },
  { value: 'no', label: 'Leave the resources as they are' },
];
/** What Git takes no branch by (git-check-ref-format), and what would not be a path. */
// eslint-disable-next-line no-control-regex
const BAD_NAME = /[\s~^:?*[\\\u0000-\u001f\u007f]|\.\.|@\{|\/\/|^[-/.]|[/.]$|\.lock$/;

export type Answers = Readonly<Record<string, string>>;

/** Where a backup is restored to, as the person chose. */
export interface RestoreTarget {
  /** Undefined while a new one has no name yet. */
  id: string | undefined;
  /** It, where it is there already. */
  existing?: Environment;
  /** Parent of a new one, where it was named. */
  branchFrom?: string;
}

/** Reads `target`, `name` and `branchFrom`. Without an answer a backup goes back to where it was made. */
export function targetOf(
  answers: Answers,
  own: string,
  all: readonly Environment[],
): RestoreTarget {
  const chosen = answers['target'];
  const id = chosen === NEW ? answers['name'] : (chosen ?? own);
  if (id === undefined || id === '') return { id: undefined };
  const existing = all.find((each) => each.id === id);
  if (existing !== undefined) return { id, existing };
  const { branchFrom } = answers;
  return { id, ...(branchFrom === undefined || branchFrom === '' ? {} : { branchFrom }) };
}

/**
 * The body of the request: it says only what was chosen, as the vendor's command line does.
 *
 * @param id of the target
 */
export function restoreBody(
  { id, existing, branchFrom }: RestoreTarget & { id: string },
  { code, resources }: Answers,
): Record<string, unknown> {
  const init = RESOURCES.map(({ value }) => value).find((value) => value === resources);
  return {
    environment_name: id,
    ...(existing === undefined && branchFrom !== undefined ? { branch_from: branchFrom } : {}),
    ...(code === 'no' ? { restore_code: false } : {}),
    ...(resources === 'no' ? { restore_resources: false } : {}),
    ...(init === undefined || init === 'no' ? {} : { resources: { init } }),
  };
}

/** Which environment it goes to. */
export function targetLines(
  target: RestoreTarget,
  answers: Answers,
  own: string,
  all: readonly Environment[],
): PlanLine[] {
  const { id, existing } = target;
  const options = [
    ...all.map((each) => ({
      value: each.id,
      label: `${each.id} (${described(each)}${each.id === own ? '; where it was made' : ''})`,
    })),
    { value: NEW, label: 'A new environment' },
  ];
  const questions: PlanQuestion[] = [
    {
      answer: 'target',
      title: 'Restore to which environment?',
      value: answers['target'] ?? own,
      options,
    },
  ];
  if (answers['target'] === NEW) {
    const name = answers['name'];
    questions.push({
      answer: 'name',
      title: 'Name of the new environment',
      ...(name === undefined ? {} : { value: name }),
    });
  }
  if (existing === undefined && (id !== undefined || answers['target'] === NEW)) {
    const { branchFrom } = answers;
    questions.push({
      answer: 'branchFrom',
      title: 'Branch it from which environment?',
      ...(branchFrom === undefined ? {} : { value: branchFrom }),
      options: all.filter(isActive).map((each) => ({ value: each.id, label: each.id })),
    });
  }
  return [
    {
      severity: 'info',
      code: 'upsun.target',
      title: targetTitle(target, own),
      questions,
    },
    ...nameLines(target, all),
  ];
}

function targetTitle({ id, existing, branchFrom }: RestoreTarget, own: string): string {
  if (id === undefined) return 'It goes to a new environment';
  if (existing === undefined) {
    const from = branchFrom === undefined ? '' : `, branched from ${branchFrom}`;
    return `It goes to the new environment ${id}${from}`;
  }
  return id === own
    ? `It goes back to ${id}`
    : `It goes to ${id}, not to ${own}, where it was made`;
}

function nameLines(
  { id, existing, branchFrom }: RestoreTarget,
  all: readonly Environment[],
): PlanLine[] {
  if (existing !== undefined) return [];
  const blocked = (code: string, title: string, detail: string): PlanLine[] => [
    { severity: 'blocker', code, title, detail },
  ];
  if (id === undefined) {
    return blocked('upsun.needsName', 'The new environment has no name yet', 'Name it.');
  }
  if (BAD_NAME.test(id)) {
    const detail = 'An environment is called after its branch: the rules of Git hold for it.';
    return blocked('upsun.badName', `"${id}" can be no name of an environment`, detail);
  }
  if (branchFrom !== undefined && !all.some((each) => each.id === branchFrom)) {
    const detail = 'Name one that is there.';
    return blocked(
      'upsun.noParent',
      `There is no environment ${branchFrom} to branch from`,
      detail,
    );
  }
  return [];
}

/** What becomes of code and resources. */
export function codeLines(
  { commit_id: commit }: UpsunBackup,
  { code, resources }: Answers,
): PlanLine[] {
  const withCode = code !== 'no';
  const at = commit === undefined ? '' : ` (commit ${commit})`;
  return [
    {
      severity: 'info',
      code: 'upsun.code',
      title: withCode
        ? `The code of the backup${at} is deployed with its data; Git does not change`
        : 'Only the data is restored; the code stays as it is deployed now',
      detail: withCode
        ? 'The next push or redeployment brings the code that is in Git again. To keep the old one, revert in Git too.'
        : 'The code has to get along with the older data.',
      questions: [
        {
          answer: 'code',
          title: 'Restore the code too?',
          value: withCode ? 'yes' : 'no',
          options: YES_NO,
        },
      ],
    },
    {
      severity: 'info',
      code: 'upsun.resources',
      title: resourcesTitle(resources),
      questions: [
        {
          answer: 'resources',
          title: 'Resources of the services',
          value: resources ?? 'backup',
          options: RESOURCES,
        },
      ],
    },
  ];
}

function resourcesTitle(resources: string | undefined): string {
  const found = RESOURCES.find(({ value }) => value === (resources ?? 'backup'));
  if (resources === 'no') return 'The resources of the services stay as they are';
  return `Resources of the services: ${(found?.label ?? 'As in the backup').replace(/^[A-Z]/, (c) => c.toLowerCase())}`;
}

/** Answers that are none. */
export function badAnswers({ code, resources }: Answers): PlanLine[] {
  const one = (code_: string, title: string): PlanLine[] => [
    { severity: 'blocker', code: code_, title },
  ];
  return [
    ...(code === undefined || YES_NO.some(({ value }) => value === code)
      ? []
      : one('upsun.badAnswer', `Whether the code is restored is "yes" or "no", not "${code}"`)),
    ...(resources === undefined || RESOURCES.some(({ value }) => value === resources)
      ? []
      : one(
          'upsun.badAnswer',
          `Resources are one of ${RESOURCES.map(({ value }) => value).join(', ')}, not "${resources}"`,
        )),
  ];
}
