import { errorTable } from '../errors';

/** What can go wrong around the agent, besides what its backups and checks say themselves. */
export const agentErrors = errorTable('agent', {
  hookFailed: {
    category: 'failed',
    next: 'Look at its output in the log, and try it by hand.',
  },
  hookTimeout: {
    category: 'failed',
    next: 'See what it waits for, or allow it more time with "timeout".',
  },
  hookNotStarted: {
    category: 'failed',
    next: 'Correct the path in "command", and see that this user may run it; a script needs its interpreter in the first line.',
  },
  webhookFailed: {
    category: 'failed',
    next: 'Check the address in "webhook", and that it can be reached from here.',
  },
  addressInUse: {
    category: 'failed',
    next: 'Another agent may run here already. Choose another address with --listen HOST:PORT, or none with --no-listen.',
  },
  notListening: {
    category: 'failed',
    next: 'Choose an address of this machine with --listen HOST:PORT, or none with --no-listen.',
  },
  vaultSilent: {
    category: 'failed',
    next: 'See that the disk or the share is there and answers; the agent goes on as soon as it does.',
  },
  runSilent: {
    category: 'failed',
    next: 'See that the cluster and the vault answer; the agent tries again by itself.',
  },
  runsFailed: { category: 'failed', next: 'The lines above say why, and what to do.' },
});
