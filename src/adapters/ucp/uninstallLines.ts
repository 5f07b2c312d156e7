import type { PlanLine } from '../../core/plan';
import { productName } from '../../snapshots/ucp/layout';
import { isBare, isInstalled } from './installed';
import type { RestoreFacts } from './restoreFacts';
import { decideImage } from './restoreImage';

type Facts = RestoreFacts;

/** What an uninstallation does, in the words of plan and walk. */
export const UNINSTALL_TELLS =
  'uninstall-ucp removes the containers and volumes of the product on every node of the swarm: users, teams, grants, ' +
  'settings, certificates and Kubernetes with all in it. Swarm services and other workloads stay.';

/** The version whose image uninstalls: of what is installed, else of what will be restored. */
export function uninstallVersion(facts: Facts): string | undefined {
  return facts.installed.version ?? decideImage(facts).image?.version;
}

/** Whether the person said that what is installed goes first. */
export function isUninstallChosen(facts: Facts): boolean {
  const { installed, swarm, answers } = facts;
  const version = uninstallVersion(facts);
  const can = version !== undefined && swarm.state === 'manager' && !isBare(installed);
  return can && answers['uninstall'] === version;
}

/** What is still there of the product. */
export function installedLines(facts: Facts): PlanLine[] {
  const { installed, images, repositoryOf, uninstallLimit, swarm } = facts;
  if (isBare(installed)) {
    return [
      { severity: 'info', code: 'ucp.notInstalled', title: 'UCP is not installed there now' },
    ];
  }
  const version = uninstallVersion(facts);
  const name = `${productName(installed.version ?? version)}${installed.version === undefined ? '' : ` ${installed.version}`}`;
  const action = `Uninstall ${name} first`;
  // `uninstall-ucp` works on managers only.
  const can = version !== undefined && swarm.state === 'manager';
  const questions = can
    ? [{ answer: 'uninstall', title: action, options: [{ value: version, label: action }], action }]
    : [];
  if (can && isUninstallChosen(facts)) {
    const reference = `${repositoryOf(version) ?? 'docker/ucp'}:${version}`;
    if (!images.some((image) => image.reference === reference)) {
      return [
        {
          severity: 'blocker',
          code: 'ucp.imageMissing',
          title: `The image ${reference}, which uninstalls, is not on the engine`,
          detail: `On that machine: docker pull ${reference}`,
          questions,
        },
      ];
    }
    return [
      {
        severity: 'warning',
        code: 'ucp.uninstall',
        title: `${name} is uninstalled before the restore`,
        detail:
          `${UNINSTALL_TELLS} It is given up after ${uninstallLimit} seconds; then the restore does not begin. The safety ` +
          'backup, where one can be made, comes before it.',
        destructive: true,
        questions,
      },
    ];
  }
  if (!isInstalled(installed)) {
    return [
      {
        severity: 'warning',
        code: 'ucp.remains',
        title: `Volumes of an older ${name} are there: ${installed.volumes.join(', ')}`,
        detail: 'The product may refuse to restore over them.',
        questions,
      },
    ];
  }
  return [
    {
      severity: 'blocker',
      code: 'ucp.installed',
      title:
        installed.version === undefined
          ? 'Parts of UCP are still installed'
          : `${name} is still installed`,
      detail: can
        ? `A restore needs a swarm without it. ${UNINSTALL_TELLS}`
        : swarm.state === 'manager'
          ? 'A restore needs a swarm without it, and the version that uninstalls is not known yet.'
          : 'A restore needs an engine without it, and it is uninstalled on a manager. Remove its containers by hand.',
      questions,
    },
  ];
}
