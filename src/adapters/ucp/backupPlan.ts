import type { PlanLine } from '../../core/plan';
import type { BackupPlan, BackupRequest, RunContext } from '../../core/ports';
import { passphraseFor } from './backup';
import { hindranceLines } from './backupHindrances';
import type { UcpConnections } from './connections';
import { blockerOf, hostedLines } from './hostedPlan';
import { candidates, hindrance, pick, readManagers } from './managers';
import type { Candidate, UcpManagers } from './managers';
import { checkPassphrase, versionOf } from './versions';
import type { UcpVersion } from './versions';

/**
 * What a backup would do, before it starts: asks, and changes nothing.
 *
 * @throws `ucp.unknownManager`, `ucp.noManager`, `ucp.notInstalled`, `ucp.otherProduct`, `docker.*`
 */
export async function planUcpBackup(
  connections: UcpConnections,
  request: BackupRequest,
  context: RunContext,
): Promise<BackupPlan> {
  const found = await readManagers(connections, context);
  const on = pick(found, request.on);
  const version = versionOf(on.controller.version ?? '', connections.connection.image);
  const common = [...versionLines(version, found), notIncluded(version)];
  if (request.mode !== 'container') {
    // Who answers writes it: there is nobody to be chosen.
    return { items: [...hostedLines(connections, request, version), ...common] };
  }
  return {
    items: [
      ...(await hindranceLines(connections, { on, found, version }, context)),
      ...encryptionLines(connections, request, version, on),
      ...stopLines(version, on, found),
      ...managerLines(request.on, on, found),
      ...common,
    ],
    on: on.name,
    candidates: candidates(found).map((one) => ({
      name: one.name,
      description: [
        ...(one.leader ? ['leader'] : ['not the leader']),
        hindrance(one) ?? 'healthy',
        one.controller.version ?? 'unknown version',
      ].join(', '),
    })),
  };
}

function stopLines(version: UcpVersion, { name }: Candidate, found: UcpManagers): PlanLine[] {
  if (!version.stops) {
    return [
      {
        severity: 'info',
        code: 'ucp.nothingStops',
        title: 'Nothing stops: UCP and all workloads run on',
      },
    ];
  }
  const lines: PlanLine[] = [
    {
      severity: 'warning',
      code: 'ucp.stops',
      title: `The containers of UCP on ${name} stop until the backup is done`,
      detail:
        'Long-lived exec, logs, events and attach through that manager are cut. Workloads run on.',
    },
  ];
  if (managersOf(found) < 2) {
    lines.push({
      severity: 'warning',
      code: 'ucp.singleManager',
      title:
        'It is the only manager: the web UI and client bundles are out until the backup is done',
    });
  }
  return lines;
}

function managersOf({ managers, nodes }: UcpManagers): number {
  const inSwarm = nodes?.filter(({ ManagerStatus }) => ManagerStatus !== undefined).length ?? 0;
  return Math.max(inSwarm, managers.filter(({ controller }) => controller !== undefined).length);
}

function managerLines(asked: string | undefined, on: Candidate, found: UcpManagers): PlanLine[] {
  const others = candidates(found).filter(({ name }) => name !== on.name);
  const why = hindrance(on);
  const reason =
    asked !== undefined
      ? 'It was asked for.'
      : others.length === 0
        ? 'It is the only one that can.'
        : on.leader
          ? 'It is the leader; the others are worse off.'
          : 'It is healthy and not the leader of the swarm.';
  return [
    {
      severity: 'info',
      code: 'ucp.manager',
      title: `${on.name} takes the backup`,
      detail: `${reason} All managers hold the same data: one is enough.`,
    },
    ...(why === undefined
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'ucp.unhealthy',
            title: `A backup of ${on.name} may fail, or lack something`,
            detail: `${why.charAt(0).toUpperCase()}${why.slice(1)}.`,
          },
        ]),
  ];
}

function versionLines(version: UcpVersion, { managers }: UcpManagers): PlanLine[] {
  const versions = managers.flatMap(({ name, controller }) =>
    controller === undefined ? [] : [`${name}: ${controller.version ?? 'unknown'}`],
  );
  const isOne = new Set(managers.flatMap(({ controller }) => controller?.version ?? [])).size < 2;
  return [
    ...(isOne
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'ucp.versionsDiffer',
            title: 'The managers run different versions: an update may be under way',
            detail: versions.join(', '),
          },
        ]),
    ...(version.described
      ? []
      : [
          {
            severity: 'warning' as const,
            code: 'ucp.newVersion',
            title: `${version.title} is newer than what this program knows`,
            detail: 'It is asked for its backup as 3.8 is.',
          },
        ]),
  ];
}

function encryptionLines(
  connections: UcpConnections,
  request: BackupRequest,
  version: UcpVersion,
  { name }: Candidate,
): PlanLine[] {
  try {
    const passphrase = passphraseFor(connections, request);
    if (passphrase === undefined) {
      if (request.encryption !== undefined && request.encryption.kind !== 'none') return [];
      return [
        {
          severity: 'warning',
          code: 'ucp.notEncrypted',
          title: 'The backup is not encrypted, and holds private keys and password hashes',
          detail: 'Set `encryption` in the entry of the cluster.',
        },
      ];
    }
    checkPassphrase(version, passphrase);
  } catch (error) {
    return [blockerOf(error)];
  }
  return [
    {
      severity: 'warning',
      code: 'ucp.passphraseShown',
      title: `The passphrase stands in the command line of a container on ${name} until the backup is done`,
      detail:
        'Whoever may ask that engine reads it with docker inspect. Set `encryptedBy` to `us` and it never leaves this machine.',
    },
  ];
}

function notIncluded(version: UcpVersion): PlanLine {
  const also = version.rule === 'current' ? ', metrics, certificates of single nodes' : '';
  return {
    severity: 'info',
    code: 'ucp.notIncluded',
    title: 'Not in it: what runs on the swarm',
    detail: `Services, stacks, networks, configs, secrets and volumes of the swarm, images and the registry (DTR, MSR)${also}. Back up the swarm too.`,
  };
}
