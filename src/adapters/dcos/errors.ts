import { errorTable } from '../../core/errors';

export const dcosErrors = errorTable('dcos', {
  badConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
});
