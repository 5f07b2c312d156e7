import { errorTable } from '../../core/errors';

/** What can go wrong with a DC/OS, its login and its backup service. */
export const dcosErrors = errorTable('dcos', {
  badConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
  badLogin: {
    category: 'refused',
    next: 'Correct the user or the service account of the entry, or enter its password or private key anew.',
  },
  tokenExpired: {
    category: 'refused',
    next: 'Log in anew with "dcos auth login" and enter what "dcos config show core.dcos_acs_token" prints, or have the entry log in by itself.',
  },
  denied: {
    category: 'refused',
    next: 'Grant the permission "dcos:adminrouter:ops:system-backup", action "full", or log in as a superuser.',
  },
  marathonDenied: {
    category: 'refused',
    next: 'Grant the permission "dcos:adminrouter:service:marathon", action "full", or log in as a superuser.',
  },
  openEdition: {
    category: 'refused',
    next: 'The backup service comes with DC/OS Enterprise only. Export Marathon’s groups instead: mode "export".',
  },
  noService: {
    category: 'refused',
    next: 'Check that `address` is the one of a master, and that the service dcos-backup-master runs there: DC/OS Enterprise has it from 1.10 on.',
  },
  limited: { category: 'failed', next: 'Try again later.' },
  refused: { category: 'refused', next: 'Change what the service names, and try again.' },
  failed: {
    category: 'failed',
    next: 'Try again. If it stays, look on the masters at the log of dcos-backup-master and of dcos-adminrouter.',
  },
  notDcos: {
    category: 'failed',
    next: 'Check that `address` is the one of a master of DC/OS, and no proxy answers in its place.',
  },
  busy: {
    category: 'refused',
    next: 'Wait until it is done: the list of the backups shows it.',
  },
  unknownBackup: { category: 'usage', next: 'List the backups and name one of them.' },
  notRestorable: { category: 'refused', next: 'Choose a backup that is STATUS_READY.' },
  backupFailed: {
    category: 'failed',
    next: 'Mend what the service names; its log is the one of dcos-backup-master on the masters. Then try again.',
  },
  restoreFailed: {
    category: 'failed',
    next: 'Look at Marathon first: what it runs may be what it was, or not. Mend what the service names and restore again.',
  },
  restoreUnconfirmed: {
    category: 'failed',
    next: 'Look at what Marathon runs, and at the log of dcos-backup-master on the masters, before it is restored again.',
  },
  removeUnconfirmed: {
    category: 'failed',
    next: 'List the backups again: if it is still there, delete it again.',
  },
  vanished: {
    category: 'failed',
    next: 'A backup lies on one master. Behind a load balancer another one may answer: name a single master in `address` and list again.',
  },
  silent: {
    category: 'failed',
    next: 'The service may still be at it: list the backups. `timeouts.silence` allows more time.',
  },
});
