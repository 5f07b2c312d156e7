import type { Recovery, RecoveryStep } from '../../core/recovery';
import type { ShownRecovery } from '../../protocol/recoveryMessages';
import { problemTold } from '../shared/told';
import type { Told } from '../shared/told';

const STATES: Readonly<Record<Recovery['state'], Omit<Told, 'text'>>> = {
  healthy: { tone: 'good', icon: 'pass-filled', title: 'All is well' },
  degraded: { tone: 'notice', icon: 'warning', title: 'It works, and is not whole yet' },
  lost: { tone: 'bad', icon: 'error', title: 'The quorum is lost' },
};

/** The matter in one sentence. */
export function verdict(walk: Recovery): Told {
  return { ...STATES[walk.state], text: walk.summary };
}

/** What goes on now or has just come to pass; undefined where that is nothing. */
export function activity({ busy, problem, taken }: ShownRecovery): Told | undefined {
  if (busy !== undefined) {
    const of = busy.step === undefined ? '' : `“${busy.step}”`;
    switch (busy.kind) {
      case 'reading':
        return {
          tone: 'info',
          icon: 'sync',
          title: 'Asking the engines',
          text: 'A manager that has lost its leader takes up to 25 seconds to answer.',
        };
      case 'asked':
        return {
          tone: 'info',
          icon: 'question',
          title: `${of} waits for your answer`,
          text: 'Nothing has been changed; the editor asks.',
        };
      case 'running':
        return {
          tone: 'info',
          icon: 'sync',
          title: `${of} is being carried out`,
          text: 'Progress and cancelling are in the notification, too.',
        };
    }
  }
  if (problem !== undefined) return problemTold(problem);
  if (taken !== undefined) {
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: `Done: ${taken}`,
      text: 'What is seen now is below.',
    };
  }
  return undefined;
}

const STEP_WORDS: Readonly<Record<RecoveryStep['state'], { icon: string; word: string }>> = {
  done: { icon: 'pass-filled', word: 'Done' },
  next: { icon: 'arrow-circle-right', word: 'Next' },
  waiting: { icon: 'circle-large-outline', word: 'Later' },
  optional: { icon: 'circle-large-outline', word: 'Optional' },
  blocked: { icon: 'error', word: 'Not possible' },
};

/** A step's state in a word and an icon, so that no colour has to say it. */
export function stepState(state: RecoveryStep['state']): { icon: string; word: string } {
  return STEP_WORDS[state];
}

/** The step to be taken now: the first that is next. */
export function currentStep(walk: Recovery): RecoveryStep | undefined {
  return walk.steps.find((step) => step.state === 'next');
}

/** Whether the page offers to take it. */
export function canTake(step: RecoveryStep): boolean {
  return step.automatic && (step.state === 'next' || step.state === 'optional');
}

/** A command line that is a remark. */
export function isRemark(command: string): boolean {
  return command.startsWith('#');
}

/** What the button of a handed-over step says. */
export function handoverWord(handover: NonNullable<RecoveryStep['handover']>): string {
  return { backup: 'Back Up…', restore: 'Restore From a Backup…' }[handover];
}
