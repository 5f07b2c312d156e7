import type { PlanLine } from '../../core/plan';
import { ACTIVATE } from './activate';
import { isActive, isBusy, offers } from './environments';
import type { Environment } from './wire';

export const YES_NO = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
];

/**
 * Whether an environment is in the state that something can be done to it: active, free, and offered by the platform.
 *
 * @param answers to the questions of an earlier plan
 * @param purpose "backed up", "restored to"
 */
export function stateLines(
  environment: Environment,
  answers: Readonly<Record<string, string>> | undefined,
  purpose: 'backed up' | 'restored to',
): PlanLine[] {
  const { id, status } = environment;
  if (!isActive(environment)) return [inactiveLine(environment, answers, purpose)];
  if (isBusy(environment)) {
    return [
      {
        severity: 'warning',
        code: 'upsun.waits',
        title: `Another activity runs on ${id}: its end is waited for`,
        detail: `The platform does one such thing at a time and says that the environment is "${status ?? 'dirty'}".`,
      },
    ];
  }
  if (purpose === 'restored to' || offers(environment, 'backup')) return [];
  return [
    {
      severity: 'blocker',
      code: 'upsun.notOffered',
      title: `The platform does not offer to back up ${id}`,
      detail: `It is active and nothing runs on it, so the user of the API token lacks the role: admin on environments of type ${environment.type ?? 'that it is of'}.`,
    },
  ];
}

function inactiveLine(
  environment: Environment,
  answers: Readonly<Record<string, string>> | undefined,
  purpose: string,
): PlanLine {
  const { id, status } = environment;
  if (status !== 'inactive') {
    return {
      severity: 'blocker',
      code: 'upsun.notActive',
      title: `${id} is ${status ?? 'in a state that the platform does not say'}`,
      detail: `Only active environments can be ${purpose}.`,
    };
  }
  if (!offers(environment, 'activate')) {
    return {
      severity: 'blocker',
      code: 'upsun.notActive',
      title: `${id} is inactive, and the platform does not offer to activate it`,
      detail: `Only active environments can be ${purpose}. The user of the API token may lack the role, or the project has no room for another one.`,
    };
  }
  const isAgreed = answers?.[ACTIVATE] === 'yes';
  return {
    severity: isAgreed ? 'warning' : 'blocker',
    code: 'upsun.inactive',
    title: isAgreed ? `${id} is inactive and is activated first` : `${id} is inactive`,
    detail: `Only active environments can be ${purpose}. Activating deploys it: that takes some minutes, and it uses resources of the project until it is deactivated.`,
    questions: [
      {
        answer: ACTIVATE,
        title: `Activate ${id} first?`,
        options: YES_NO,
        ...(isAgreed ? { value: 'yes' } : {}),
        action: `Activate ${id} first`,
      },
    ],
  };
}
