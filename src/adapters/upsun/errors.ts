import { errorTable } from '../../core/errors';

export const upsunErrors = errorTable('upsun', {
  badConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
  badToken: {
    category: 'refused',
    next: 'Make a new API token in the console (My profile, API tokens) and enter it.',
  },
  denied: {
    category: 'refused',
    next: "Use the API token of a user with the role admin on that environment's type.",
  },
  unknown: {
    category: 'refused',
    next: 'Check the ids of project and environment, and that the user of the token may see them.',
  },
  limited: { category: 'failed', next: 'Wait as long as it says, then try again.' },
  refused: { category: 'refused', next: 'Mend what the message names, then try again.' },
  apiFailed: {
    category: 'failed',
    next: 'Try again; if it stays, look at the status page of the platform.',
  },
  notApi: {
    category: 'refused',
    next: 'Check `apiAddress`: https://api.upsun.com, or https://api.platform.sh.',
  },
  unknownEnvironment: { category: 'usage', next: 'Name one that the message lists.' },
  unknownBackup: {
    category: 'usage',
    next: 'List the backups: it may have been deleted, or have expired.',
  },
  inactive: {
    category: 'refused',
    next: 'Activate the environment first; the plan of the backup offers it.',
  },
  notOffered: {
    category: 'refused',
    next: "Use the API token of a user with the role admin on that environment's type.",
  },
  noActivity: {
    category: 'failed',
    next: 'Look at the activities of the environment in the console before you try again.',
  },
  activityFailed: {
    category: 'failed',
    next: 'Look at its log, mend what it names, then try again.',
  },
  activityCancelled: {
    category: 'failed',
    next: 'Somebody stopped it on the platform. Start it again if it is still wanted.',
  },
  staged: {
    category: 'failed',
    next: 'The environment collects its changes: deploy them in the console, which carries it out.',
  },
  silent: {
    category: 'failed',
    next: 'Look at the activity in the console; allow a longer silence in `timeouts.silence` where it is only slow.',
  },
  retentionDiffers: {
    category: 'failed',
    next: 'Look at the backup policy as it is now, and set again what is missing.',
  },
});
