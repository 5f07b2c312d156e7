import type { PlanLine } from '../../core/plan';
import { productName } from '../../snapshots/ucp/layout';
import { isBare } from './installed';
import { isAtLeast } from './productImages';
import { hostAddress, isCertificateName, isUnlockKey, namesOf, UNLOCK_KEY } from './restoreAnswers';
import type { RestoreFacts } from './restoreFacts';
import { decideImage } from './restoreImage';
import { membership } from './membershipLines';
import { installedLines } from './uninstallLines';

/** The lines of the plan, from what is known and was answered, and from nothing else. */
export function planLines(facts: RestoreFacts): PlanLine[] {
  return [
    ...decideImage(facts).lines,
    ...membership(facts),
    ...installedLines(facts),
    ...autolock(facts),
    ...instance(facts),
    ...certificateNames(facts),
    ...rule(facts),
    notRestored(),
  ];
}

/** Why nothing of the present state can be kept; undefined where it can. */
export function noSafetyBackup({ installed }: RestoreFacts): string | undefined {
  if (isBare(installed)) return 'UCP is not installed there now: there is nothing to back up.';
  if (installed.version === undefined) {
    return 'Only parts of UCP are there now, and no controller that could be backed up.';
  }
  return undefined;
}

function autolock({ swarm, unlockKey }: RestoreFacts): PlanLine[] {
  if (swarm.state !== 'manager' || !swarm.autolock) return [];
  const isGiven = unlockKey !== undefined;
  const asks = { id: UNLOCK_KEY, title: 'Unlock key of the swarm (SWMKEY-1-…)', given: isGiven };
  if (!isGiven || !isUnlockKey(unlockKey)) {
    return [
      {
        severity: 'blocker',
        code: 'ucp.autolock',
        title: isGiven
          ? 'What was given is no unlock key'
          : 'Autolock is on: the unlock key of the swarm is needed',
        detail:
          (isGiven ? 'It begins with SWMKEY-1-. ' : 'The product restores no swarm without it. ') +
          'On a manager, docker swarm unlock-key prints it.',
        asks,
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'ucp.unlockKeyShown',
      title: 'The unlock key stands in a command line while the restore runs',
      detail:
        'The product takes it in no other way: whoever may use that engine sees it with docker inspect. Rotate it ' +
        'afterwards: docker swarm unlock-key --rotate',
      asks,
    },
  ];
}

function instance({ backup, swarm }: RestoreFacts): PlanLine[] {
  const bundles =
    'Its root CA is not restored there: client bundles of administrators have to be downloaded anew, and so may those ' +
    'of everybody else.';
  const source = backup.instance;
  if (swarm.state === 'manager' && source !== undefined && source === swarm.id) {
    return [
      {
        severity: 'info',
        code: 'ucp.sameSwarm',
        title: 'The backup was made on this very swarm',
        detail: 'Client bundles that were valid then are valid again.',
      },
    ];
  }
  if (source === undefined && swarm.state === 'manager') {
    return [
      {
        severity: 'warning',
        code: 'ucp.swarmUnknown',
        title: 'Whether the backup was made on this swarm is not known',
        detail: `If it was made on another: ${bundles}`,
      },
    ];
  }
  return [
    {
      severity: 'warning',
      code: 'ucp.otherSwarm',
      title: 'Client bundles stop working: the backup was made on another swarm',
      detail: bundles,
    },
  ];
}

/** Addresses that the certificate of the controllers has to name and does not. */
export function unnamed(facts: RestoreFacts): string[] {
  const { backup, swarm } = facts;
  if (backup.sans === undefined) return [];
  const address = hostAddress(facts);
  const reached =
    swarm.state === 'manager'
      ? swarm.managers.filter(({ isUp }) => isUp).map((manager) => manager.address)
      : address === undefined
        ? []
        : [address];
  return [...new Set(reached)].filter((one) => one !== '' && backup.sans?.includes(one) === false);
}

function certificateNames(facts: RestoreFacts): PlanLine[] {
  const missing = unnamed(facts);
  const answer = facts.answers['san']?.trim();
  const asked = namesOf(answer);
  if (missing.length === 0 && asked.length === 0) return [];
  const value = answer ?? missing.join(', ');
  const questions = [
    {
      answer: 'san',
      title: 'Names and addresses that it is to have besides, separated by commas',
      value,
      action: 'Add these names',
    },
  ];
  const bad = asked.find((name) => !isCertificateName(name));
  if (bad !== undefined) {
    return [
      {
        severity: 'blocker',
        code: 'ucp.badName',
        title: `"${bad}" is no name for a certificate`,
        detail: 'Give host names and addresses, separated by commas.',
        questions,
      },
    ];
  }
  const left = missing.filter((name) => !asked.includes(name));
  const told: PlanLine[] =
    asked.length === 0
      ? []
      : [
          {
            severity: 'info',
            code: 'ucp.namesAdded',
            title: `The product is told to name in its certificate also: ${asked.join(', ')}`,
            ...(left.length === 0 ? { questions } : {}),
          },
        ];
  if (left.length === 0) return told;
  return [
    ...told,
    {
      severity: 'warning',
      code: 'ucp.names',
      title: `The certificate in the backup does not name ${left.join(', ')}`,
      detail:
        'The product restores the controllers’ certificate as it was; browsers and client bundles refuse it at ' +
        'addresses that it does not name. Names given here are handed to it (--san).',
      questions,
    },
  ];
}

function rule({ backup }: RestoreFacts): PlanLine[] {
  if (backup.rule === undefined) return [];
  const { version } = backup;
  const older = backup.rule === 'older';
  // What it looks like is not what the manifest says.
  if (version !== undefined && older === isAtLeast(version, 3, 2)) {
    return [
      {
        severity: 'warning',
        code: 'ucp.ruleDiffers',
        title: `The archive looks like one of ${older ? 'UCP up to 3.1' : 'UCP 3.2 or newer'}, and its manifest says ${version}`,
        detail: 'Look whether it is the file that you mean.',
      },
    ];
  }
  return [
    {
      severity: 'info',
      code: 'ucp.sound',
      title: `The backup passes the vendor’s rule of a sound one for ${older ? 'UCP up to 3.1' : `${productName(version)} from 3.2 on`}`,
    },
  ];
}

function notRestored(): PlanLine {
  return {
    severity: 'info',
    code: 'ucp.notRestored',
    title:
      'Not in the backup: swarm services, stacks, networks, configs, secrets, volumes, and the registry',
    detail:
      'What of these is there stays as it is. Where they are lost, restore the swarm’s own backup first, then this one, ' +
      'then the registry (DTR, MSR). Labels of Kubernetes nodes are not in it either.',
  };
}
