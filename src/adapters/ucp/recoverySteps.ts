import type { Recovery, RecoveryQuestion, RecoveryStep } from '../../core/recovery';
import { productName } from '../../snapshots/ucp/layout';
import { isBare, isInstalled } from './installed';
import { pingWords } from './ping';
import { isAtLeast } from './productImages';
import type { ProductSeen } from './recoverySeen';
import { UNINSTALL_TELLS } from './uninstallLines';

const NO_QUORUM = { state: 'waiting', reason: 'The swarm has no quorum yet.' } as const;
const SOCKET = '-v /var/run/docker.sock:/var/run/docker.sock';

/**
 * The walk back of a swarm with the product's own steps in their places (docker/docs
 * ee/ucp/admin/backups-and-disaster-recovery.md, "Disaster recovery").
 *
 * @param swarm the swarm's walk
 * @param seen of the product; undefined while there is no quorum
 */
export function joinSteps(swarm: Recovery, seen: ProductSeen | undefined): Recovery {
  const at = swarm.steps.findIndex(({ id }) => id === 'forceNewCluster') + 1;
  const own = [
    backupStep(seen),
    uninstallStep(seen),
    restoreStep(seen),
    healthyStep(seen),
    nodesStep(seen),
  ];
  const theirs = swarm.steps.map(ofSwarm);
  const well = seen !== undefined && isWell(seen);
  return {
    summary: seen === undefined ? swarm.summary : `${swarm.summary} ${productSummary(seen)}`,
    state: swarm.state === 'healthy' && !well ? 'degraded' : swarm.state,
    steps: [...theirs.slice(0, at), ...own, ...theirs.slice(at)],
  };
}

/** Steps that another entry's backups are for can't be handed over to this one's. */
function ofSwarm(step: RecoveryStep): RecoveryStep {
  if (step.id !== 'copyRaft' && step.id !== 'restore') return step;
  const { handover: _, ...rest } = step;
  return {
    ...rest,
    ...(step.id === 'restore' ? { title: 'Restore what is missing in the swarm' } : {}),
    detail: `${step.detail} It is the swarm's own backup that is meant: that of an entry with "system": "swarm" at the same engines.`,
  };
}

/** Whether every manager that has the product is healthy. */
export function isWell({ health: { expected } }: ProductSeen): boolean {
  return expected.length > 0 && expected.every(({ answer }) => answer.state === 'healthy');
}

/** A controller that says itself that it is not well, or none that could. */
function isIll({ installed, health: { expected } }: ProductSeen): boolean {
  return (
    isInstalled(installed) &&
    (installed.version === undefined ||
      expected.some(({ answer }) => answer.state === 'unhealthy') ||
      expected.length === 0)
  );
}

function nameOf({ installed }: ProductSeen): string {
  const { version } = installed;
  return version === undefined ? 'UCP' : `${productName(version)} ${version}`;
}

function productSummary(seen: ProductSeen): string {
  if (isBare(seen.installed)) return 'UCP is not installed: it has to be restored.';
  if (isWell(seen)) return `${nameOf(seen)} is healthy.`;
  if (!isInstalled(seen.installed)) return 'Only volumes are left of UCP.';
  return isIll(seen)
    ? `${nameOf(seen)} is not healthy.`
    : `Whether ${nameOf(seen)} is healthy can’t be seen from here.`;
}

/** The image, for the commands beside a step. */
function imageOf(seen: ProductSeen | undefined): string {
  const { images = [], installed } = seen ?? {};
  const exact = images.find(({ version }) => version === installed?.version);
  return (exact ?? images.at(-1))?.reference ?? 'docker/ucp:VERSION';
}

function backupStep(seen: ProductSeen | undefined): RecoveryStep {
  const version = seen?.installed.version;
  const old = version !== undefined && !isAtLeast(version, 3, 2);
  const options = old ? `--id ${seen?.instance ?? 'ID'}` : '--no-passphrase';
  return {
    id: 'ucpBackup',
    title: 'Back up UCP, if there is no backup of it',
    detail:
      'One that is left of the managers can still be backed up, though nobody vouches for a backup of a cluster that ' +
      'has crashed. Where there is a sound backup of before, that one is to be preferred.',
    ...(seen === undefined
      ? NO_QUORUM
      : version === undefined
        ? { state: 'done', reason: 'No controller is left that could be backed up.' }
        : { state: 'optional' }),
    destructive: false,
    automatic: false,
    handover: 'backup',
    commands: [
      `docker container run --log-driver none --rm -i --name ucp ${SOCKET} ${imageOf(seen)} backup ${options} > ucp-backup.tar`,
    ],
  };
}

function uninstallStep(seen: ProductSeen | undefined): RecoveryStep {
  const state = (): Pick<RecoveryStep, 'state' | 'reason'> => {
    if (seen === undefined) return NO_QUORUM;
    if (isBare(seen.installed)) return { state: 'done' };
    if (isWell(seen)) {
      return {
        state: 'optional',
        reason: `${nameOf(seen)} answers as healthy: uninstall it only to restore an older state.`,
      };
    }
    if (isIll(seen)) return { state: 'next' };
    return {
      state: 'optional',
      reason: 'Look yourself whether it is healthy: its controllers can’t be asked from here.',
    };
  };
  return {
    id: 'ucpUninstall',
    title: 'Uninstall UCP, if it is still installed',
    detail:
      'A restore needs a swarm without it. Be sure that there is a sound backup. The plan of the restore offers the ' +
      'same, after a safety backup.',
    ...state(),
    destructive: true,
    consequence: UNINSTALL_TELLS,
    automatic: true,
    ...versionQuestion(seen),
    commands: [
      `docker container run --rm -i --name ucp ${SOCKET} ${imageOf(seen)} uninstall-ucp --id ${seen?.instance ?? 'ID'}`,
      '# where it says that it took too long',
      'docker service rm ucp-uninstall-agent',
    ],
    facts:
      seen === undefined || isBare(seen.installed)
        ? []
        : [
            ['Containers', seen.installed.containers.join(', ') || 'none'],
            ['Volumes', seen.installed.volumes.join(', ') || 'none'],
          ],
  };
}

/** Without a controller nothing says which version left its parts. */
function versionQuestion(seen: ProductSeen | undefined): { questions?: RecoveryQuestion[] } {
  if (seen === undefined || seen.installed.version !== undefined || isBare(seen.installed)) {
    return {};
  }
  const options = seen.images.map(({ version, reference }) => ({
    value: version,
    label: reference,
  }));
  const newest = options.at(-1)?.value;
  return {
    questions: [
      {
        field: 'version',
        title: 'Version that was installed',
        ...(newest === undefined ? {} : { value: newest, options }),
      },
    ],
  };
}

function restoreStep(seen: ProductSeen | undefined): RecoveryStep {
  const state = (): Pick<RecoveryStep, 'state' | 'reason'> => {
    if (seen === undefined) return NO_QUORUM;
    if (isBare(seen.installed)) return { state: 'next' };
    if (isWell(seen)) return { state: 'done' };
    return {
      state: 'optional',
      reason: 'Something of UCP is still there; the plan of the restore offers to uninstall it.',
    };
  };
  return {
    id: 'ucpRestore',
    title: 'Restore UCP',
    detail:
      'On the manager on which the swarm was rebuilt, with the image of the version that made the backup. The plan ' +
      'says first what has to be known.',
    ...state(),
    destructive: false,
    automatic: false,
    handover: 'restore',
    commands: [
      ...(seen === undefined ? [] : [`# on ${seen.node}`]),
      `docker container run --rm -i --name ucp ${SOCKET} ${imageOf(seen)} restore < ucp-backup.tar`,
      '# with autolock besides: --unlock-key SWMKEY-1-…',
    ],
  };
}

function healthyStep(seen: ProductSeen | undefined): RecoveryStep {
  return {
    id: 'ucpHealthy',
    title: 'Wait until UCP is healthy',
    detail:
      'Every manager that has the product on it answers /_ping with 200. Docker asks to watch them for 15 minutes.',
    ...(seen === undefined
      ? NO_QUORUM
      : isWell(seen)
        ? { state: 'done' }
        : isBare(seen.installed)
          ? { state: 'waiting', reason: 'UCP is not installed yet.' }
          : { state: isIll(seen) ? 'optional' : 'next' }),
    destructive: false,
    automatic: true,
    commands: ['curl -sk https://localhost/_ping'],
    facts: [
      ...(seen?.health.expected ?? []).map(({ name, answer }): [string, string] => [
        name,
        pingWords(answer),
      ]),
      ...(seen?.health.left ?? []).map(({ name, why }): [string, string] => [name, why]),
    ],
  };
}

function nodesStep(seen: ProductSeen | undefined): RecoveryStep {
  const down = (seen?.nodes ?? []).filter(({ state }) => state !== 'ready');
  return {
    id: 'ucpNodes',
    title: 'Look at the nodes',
    detail:
      'Nodes that are down are removed from the swarm and joined anew, with a new token: managers by the steps below, ' +
      'workers by hand. An engine that comes back with containers of the old UCP has to be rid of them first.',
    ...(seen === undefined ? NO_QUORUM : { state: down.length === 0 ? 'done' : 'optional' }),
    destructive: false,
    automatic: false,
    commands: [
      'docker node ls',
      ...(down.length === 0
        ? []
        : ['docker node rm --force NODE', 'docker swarm join-token worker']),
    ],
    facts: (seen?.nodes ?? []).map(({ name, role, state }) => [name, `${role}, ${state}`]),
  };
}
