import { errorTable } from '../core/errors';

export const editorErrors = errorTable('editor', {
  untrusted: {
    category: 'refused',
    next: 'Trust the workspace first (command "Workspaces: Manage Workspace Trust").',
  },
  noItems: {
    category: 'usage',
    next: 'Choose another cluster, or look at it in the Clusters view.',
  },
  backupBlocked: {
    category: 'refused',
    next: 'Mend what is said, then back up again.',
  },
  notFetchable: {
    category: 'refused',
    next: 'Choose a backup that is ready, or look at its state in the Clusters view.',
  },
  deleteBlocked: {
    category: 'refused',
    next: 'Mend what is said, then delete it again.',
  },
  noBackups: { category: 'usage', next: 'Back the cluster up first, or choose a file.' },
});
