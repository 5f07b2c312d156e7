import { errorTable } from '../../core/errors';

export const ucpErrors = errorTable('ucp', {
  notInstalled: {
    category: 'refused',
    next: 'Name the engine of a manager on which UCP or MKE is installed.',
  },
  unknownVersion: {
    category: 'refused',
    next: 'Look at the label com.docker.ucp.version of the container ucp-controller.',
  },
  otherProduct: {
    category: 'refused',
    next: 'Back MKE 4 up with its own tool: mkectl backup.',
  },
  tooOld: { category: 'refused', next: 'Update it to 2.0 or newer first.' },
  unknownManager: {
    category: 'usage',
    next: 'Name a manager of this cluster whose engine the entry lists; the tree and the command line show them.',
  },
  noManager: {
    category: 'refused',
    next: 'List the engines of further managers under `engines`, or mend what the message names.',
  },
  imageMissing: {
    category: 'refused',
    next: 'Pull the image on that manager, or load it there with docker load.',
  },
  busy: {
    category: 'refused',
    next: 'Wait until it is done, or look at it with docker logs ucp and remove it with docker rm.',
  },
  needsPassphrase: {
    category: 'usage',
    next: 'Set `encryption` to a passphrase, or `encryptedBy` to `us`.',
  },
  passphraseTooShort: { category: 'usage', next: 'Choose a longer passphrase.' },
  failed: {
    category: 'failed',
    next: 'Mend what the product names, and try again. Nothing of it was kept.',
  },
  silent: {
    category: 'failed',
    next: 'Look at the log of the product’s containers, or allow a longer silence in `timeouts.silence`. Nothing of it was kept.',
  },
  notStarted: {
    category: 'failed',
    next: 'Start them with docker start on that manager; the next backup or the next start tries again as well.',
  },
  badCaFile: {
    category: 'usage',
    next: 'Correct `apiCaFile` in the entry: a file of PEM certificates.',
  },
  uninstallTimeout: {
    category: 'failed',
    next: 'On a manager: docker service rm ucp-uninstall-agent, and ucp-uninstall-agent-win where it is listed. Then plan and restore again; nothing has been restored yet.',
  },
  uninstallFailed: {
    category: 'failed',
    next: 'Mend what the message names, then plan and restore again; nothing has been restored yet.',
  },
  restoreRefused: {
    category: 'refused',
    next: 'Mend what the product names, and plan the restore again.',
  },
  restoreFailed: {
    category: 'failed',
    next: 'Plan the restore again: it says what is there now and offers to uninstall it first.',
  },
  notHealthy: {
    category: 'failed',
    next: 'The restore itself is done. Look at the containers named ucp- on that manager (docker ps, docker logs ucp-controller); raise `timeouts.healthy` where it only takes longer.',
  },
});
