import { errorTable } from '../../core/errors';

export const ucpErrors = errorTable('ucp', {
  notInstalled: {
    category: 'refused',
    next: 'Name the engine of a manager on which UCP or MKE is installed.',
  },
});
