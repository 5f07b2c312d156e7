import { errorTable } from '../../core/errors';

export const swarmErrors = errorTable('swarm', {
  noManager: {
    category: 'refused',
    next: 'Give the engine of a manager of this swarm; docker node ls on any manager lists them.',
  },
  locked: {
    category: 'refused',
    next: 'Unlock it with docker swarm unlock and its unlock key, then try again.',
  },
  noLeader: {
    category: 'refused',
    next: 'Bring enough managers back, or begin the recovery of this cluster.',
  },
  wrongNode: {
    category: 'usage',
    next: "Correct `node` or the engine's address in cluster-backup.jsonc.",
  },
  otherCluster: {
    category: 'usage',
    next: 'List only engines of one cluster under `engines`.',
  },
  unknownItem: {
    category: 'usage',
    next: 'Name what the cluster has; the tree and the command line list it.',
  },
  notDrained: {
    category: 'failed',
    next: 'Look at why its tasks do not stop, or raise `timeouts.drain`. The services were brought back.',
  },
  volumeInUse: {
    category: 'refused',
    next: 'Stop those containers, leave the volume out, or back up in mode "live".',
  },
  cannotHold: {
    category: 'refused',
    next: 'Wait until the job is done, leave the volume out, or back up in mode "live".',
  },
  notBroughtBack: {
    category: 'failed',
    next: 'The next backup or the next start tries again; or scale the services by hand.',
  },
  volumeLost: {
    category: 'failed',
    next: 'Try again; the list of volumes is read anew.',
  },
  changedMeanwhile: {
    category: 'failed',
    next: 'Try again, or back up in mode "consistent", where nobody writes meanwhile.',
  },
  engineRunning: {
    category: 'refused',
    next: 'Stop the engine first: systemctl stop docker docker.socket.',
  },
  noRaftState: {
    category: 'refused',
    next: 'Give the folder `swarm` of a manager’s data root as `swarmFolder`.',
  },
  subnetTaken: {
    category: 'failed',
    next: 'Remove the network that has the addresses, or accept `subnetTaken` so that it gets other ones.',
  },
  busy: {
    category: 'refused',
    next: 'Wait until the other one is done, or cancel it. If it was cut off: the next backup of this cluster by the same user on the same machine brings its services back.',
  },
});
