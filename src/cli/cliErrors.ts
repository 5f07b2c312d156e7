import { errorTable } from '../core/errors';

/** What can be wrong with a call of the command line itself. */
export const cliErrors = errorTable('cli', {
  usage: { category: 'usage', next: 'Run "cluster-backup --help".' },
  noConfiguration: {
    category: 'usage',
    next: 'Write the file, or name another one with --config FILE or CLUSTER_BACKUP_CONFIG.',
  },
  confirmationNeeded: {
    category: 'usage',
    next: 'Add --yes once you are sure; nobody can be asked here.',
  },
  notConfirmed: { category: 'cancelled', next: 'Nothing was changed.' },
  ambiguousBackup: { category: 'usage', next: 'Give more of the id, or the whole of it.' },
  ambiguousSource: {
    category: 'usage',
    next: 'Write ./NAME for the file in this folder, or the id for the backup.',
  },
  variableMissing: { category: 'usage', next: 'Set the variable, or name another one.' },
  noAnswer: {
    category: 'failed',
    next: 'Check the address and the network, or wait longer with --timeout SECONDS.',
  },
  unknownItem: {
    category: 'usage',
    next: 'Leave it away and add --dry-run: the plan lists what is in the backup, each with its id.',
  },
  backupBlocked: { category: 'refused', next: 'Mend what the plan names; --dry-run shows it.' },
  different: { category: 'failed', next: 'The lines above say what differs.' },
  fileExists: { category: 'refused', next: 'Choose another name; nothing is overwritten.' },
});
