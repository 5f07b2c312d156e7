import { errorTable } from '../../../core/errors';

export const recoveryErrors = errorTable('recovery', {
  unknownStep: { category: 'usage', next: 'Read the walk again and name one of its steps.' },
  notNow: { category: 'refused', next: 'Read the walk again and take the step that is next.' },
  byHand: { category: 'refused', next: 'Type the commands beside the step, then refresh.' },
  badAnswer: { category: 'usage', next: 'Answer the step’s questions and try again.' },
  quorumExists: {
    category: 'refused',
    next: 'Nothing has to be rebuilt: go on with the managers that answer.',
  },
  autolocked: {
    category: 'refused',
    next: 'Take the step "Take the lock off the manager’s key" first; it asks for the unlock key.',
  },
  keyNotSeen: {
    category: 'refused',
    next:
      'Look by hand whether autolock is on, and type the commands beside the step: docs/swarm-recovery.md ' +
      'has them.',
  },
  wrongUnlockKey: {
    category: 'refused',
    next: 'Enter the unlock key of this swarm; it begins with SWMKEY-1-.',
  },
  engineBusy: {
    category: 'refused',
    next: 'Restart that engine (systemctl restart docker; it may take 90 seconds), refresh, and take this step again.',
  },
  badKeyFile: {
    category: 'failed',
    next: 'Nothing was changed. Look at the file, and restore a backup if it is damaged.',
  },
  notInTime: {
    category: 'failed',
    next: 'Refresh: what is done is done, and the walk goes on from there. The engine’s log may say more.',
  },
});
