import { errorTable } from '../../core/errors';

/** What can go wrong with the product's HTTP API, and with backups that it keeps on a manager. */
export const ucpApiErrors = errorTable('ucp', {
  apiConnection: {
    category: 'usage',
    next: "Correct the cluster's entry in cluster-backup.jsonc.",
  },
  apiDenied: {
    category: 'refused',
    next: 'Give the name and password of an administrator in `apiUser` and `apiPassword`, or an administrator’s client bundle.',
  },
  apiLogin: {
    category: 'refused',
    next: 'Correct `apiUser`, or enter the password of `apiPassword` anew.',
  },
  apiTooOld: {
    category: 'refused',
    next: 'Backups over the HTTP API need UCP 3.2 or newer. Back up in mode "container".',
  },
  apiLimited: { category: 'failed', next: 'Try again later.' },
  apiRefused: { category: 'refused', next: 'Change what the product names, and try again.' },
  apiFailed: {
    category: 'failed',
    next: 'Look at the log of the container ucp-controller; what it says there is the whole story.',
  },
  notUcp: {
    category: 'failed',
    next: 'Check that `apiAddress` is the address of a controller of UCP or MKE.',
  },
  noFolder: {
    category: 'usage',
    next: 'Name a folder of the managers in `apiFolder`; nobody:nogroup must be able to write to it.',
  },
  hostedFailed: {
    category: 'failed',
    next: 'Mend what the product names, e.g. who may write to `apiFolder`, and try again.',
  },
  hostedSilent: {
    category: 'failed',
    next: 'The product may still be at it: list the backups on the managers. `timeouts.silence` allows more time.',
  },
  hostedUnknown: {
    category: 'usage',
    next: 'List the backups on the managers and name one of them.',
  },
  notFetchable: {
    category: 'refused',
    next: 'List the engine of the manager it lies on under `engines`, or wait until it is finished.',
  },
  hostedGone: {
    category: 'failed',
    next: 'Look on that manager for the file; the product does not know when one is moved or deleted.',
  },
});
