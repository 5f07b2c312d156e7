import { errorTable } from '../errors';

export const configErrors = errorTable('config', {
  unreadable: { category: 'usage', next: 'Check that the file exists and that you may read it.' },
  invalid: { category: 'usage', next: 'Open the file and mend the place named.' },
  notWritten: { category: 'failed', next: 'Check that you may write to the folder.' },
  nameTaken: { category: 'usage', next: 'Choose another name for the cluster.' },
  secretMissing: {
    category: 'refused',
    next: 'Set the environment variable, or enter the secret when asked.',
  },
});
