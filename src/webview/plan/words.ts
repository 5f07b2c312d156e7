import type { PlannedChange, RestoreComparison } from '../../core/plan';
import { countActions, destructiveChanges } from '../../core/restoreChoices';
import { isHosted } from '../../protocol/planMessages';
import type { AnyPlan, PlanOutcome } from '../../protocol/planMessages';
import { counted } from '../shared/format';
import type { Told } from '../shared/told';

/** The plan in one sentence. */
export function verdict(plan: AnyPlan): Told {
  const changes = isHosted(plan) ? undefined : plan.changes;
  const blockers = plan.items.filter((i) => i.severity === 'blocker').length;
  const warnings = plan.items.filter((i) => i.severity === 'warning').length;
  if (!plan.possible && blockers === 0 && changes !== undefined) {
    return nothingVerdict(changes);
  }
  if (!plan.possible) {
    return {
      tone: 'bad',
      icon: 'error',
      title: 'This restore is not possible',
      text:
        blockers === 1
          ? 'One thing stands in its way; see below.'
          : `${counted(blockers, 'thing')} stand in its way; see below.`,
    };
  }
  const will = changes === undefined ? '' : `${willText(changes)} `;
  if (warnings > 0) {
    return {
      tone: 'notice',
      icon: 'warning',
      title: `Possible, with ${counted(warnings, 'warning')}`,
      text: `${will}${warnings === 1 ? 'Read it before you go on.' : 'Read them before you go on.'}`,
    };
  }
  return {
    tone: 'good',
    icon: 'pass-filled',
    title: 'Ready to restore',
    text: isHosted(plan)
      ? 'The platform offers it for a restore; nothing stands in the way.'
      : `${will}The backup was read to its end and is whole; nothing stands in the way.`,
  };
}

/** `12 objects are created and 1 is changed, 2 of them lose what they hold now.` */
function willText(changes: readonly PlannedChange[]): string {
  const { create, update, conflict, cannot } = countActions(changes);
  const lost = destructiveChanges(changes).length;
  const told = [
    create > 0 ? `${counted(create, 'object')} created` : undefined,
    update > 0 ? `${counted(update, 'object')} changed` : undefined,
  ].filter((part) => part !== undefined);
  const left = conflict + cannot;
  return [
    `${told.join(' and ')} by this.`,
    lost > 0
      ? `${counted(lost, 'object')} ${lost === 1 ? 'loses' : 'lose'} what is there now.`
      : undefined,
    left > 0 ? `${counted(left, 'chosen object')} can’t be restored as things stand.` : undefined,
  ]
    .filter((part) => part !== undefined)
    .join(' ');
}

function nothingVerdict(changes: readonly PlannedChange[]): Told {
  const chosen = changes.filter((change) => change.chosen);
  if (chosen.length === 0) {
    return {
      tone: 'info',
      icon: 'info',
      title: 'Nothing is chosen',
      text: 'Choose what is to be restored below.',
    };
  }
  if (chosen.every(({ action }) => action === 'leave')) {
    return {
      tone: 'good',
      icon: 'pass-filled',
      title: 'Nothing to do',
      text: 'All that is chosen is there already and the same.',
    };
  }
  return {
    tone: 'bad',
    icon: 'error',
    title: 'Nothing that is chosen can be done',
    text: 'The reasons stand beside each object below, with what you can say to them.',
  };
}

const OUTCOMES: Readonly<Record<PlanOutcome['kind'], Told>> = {
  asked: {
    tone: 'info',
    icon: 'question',
    title: 'Waiting for your confirmation',
    text: 'Nothing has been changed yet; the editor asks once more.',
  },
  running: {
    tone: 'info',
    icon: 'sync',
    title: 'Being restored',
    text: 'Progress and cancelling are in the notification. The plan stays here to be read.',
  },
  done: { tone: 'good', icon: 'pass-filled', title: 'Restored', text: 'The plan was carried out.' },
  failed: {
    tone: 'bad',
    icon: 'error',
    title: 'The restore failed',
    text: 'The log has the whole story.',
  },
  cancelled: {
    tone: 'notice',
    icon: 'circle-slash',
    title: 'Cancelled',
    text: 'The restore was not carried to its end.',
  },
};

/** How it went, with the caller's own words where there are any. */
export function outcome({ kind, message }: PlanOutcome): Told {
  return { ...OUTCOMES[kind], ...(message === undefined ? {} : { text: message }) };
}

const NAMES: Readonly<Record<string, string>> = {
  KVS: 'Keys',
  Service: 'Service instances',
  ServiceName: 'Services',
  Node: 'Nodes',
  Check: 'Health checks',
  Session: 'Sessions',
  ACLToken: 'ACL tokens',
  ACLPolicy: 'ACL policies',
  ACLRole: 'ACL roles',
  PreparedQuery: 'Prepared queries',
  ConfigEntry: 'Config entries',
  Intention: 'Intentions',
  Peering: 'Peerings',
  ConnectCA: 'CA roots',
  Volume: 'Volumes',
};

/** A record type in words, where it has common ones. */
export function rowName(name: string): string {
  return NAMES[name] ?? name;
}

/** What happens to a row: in a word, so that no colour has to say it. */
export function rowChange({
  now,
  after,
}: RestoreComparison): 'same' | 'more' | 'fewer' | 'unknown' {
  if (now === undefined) return 'unknown';
  return after === now ? 'same' : after > now ? 'more' : 'fewer';
}

/** The rows, those that change first, largest change first. */
export function orderedRows(rows: readonly RestoreComparison[]): RestoreComparison[] {
  const size = ({ now, after }: RestoreComparison) => Math.abs(after - (now ?? 0));
  return [...rows].sort(
    (a, b) => size(b) - size(a) || (rowName(a.name) < rowName(b.name) ? -1 : 1),
  );
}

/** What was answered, in words: the plan does not ask it any more. */
export function answerTitle(answer: string): string {
  if (answer.startsWith('node:')) return `Takes the place of node ${answer.slice('node:'.length)}`;
  const titles: Readonly<Record<string, string>> = {
    initSwarm: 'A swarm is created that is reached at',
    pinPorts: 'The same ports are published',
    hostAddress: 'A swarm is made that is reached at',
    uninstall: 'Uninstalled first',
    san: 'The certificate names also',
    image: 'Restored with',
    version: 'Made by version',
  };
  return titles[answer] ?? answer;
}
