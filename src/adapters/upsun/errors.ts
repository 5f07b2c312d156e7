import { errorTable } from '../../core/errors';

export const upsunErrors = errorTable('upsun', {
  badConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
});
