import * as z from 'zod';
import type { DockerEngine } from '../../docker/engine';
import { recoveryErrors } from './errors';
import { withKeyFile } from './keyFile';
import { isLockedKey, openManagerKey } from './managerKey';
import type { RecoveryRun } from './run';
import { listenAddress, openable } from './steps';
import { hasQuorum, nodesSchema } from './survey';

const stateSchema = z.looseObject({
  Swarm: z.looseObject({ LocalNodeState: z.string().nullish() }).nullish(),
});

/** Unlocks one manager. The engine answers only when the swarm has a leader, so its state is watched beside. */
export async function unlock(run: RecoveryRun): Promise<void> {
  const { situation, context } = run;
  const seen = run.chosen(situation.locked);
  const engine = run.engine(seen);
  const UnlockKey = run.answer('unlockKey');
  const asking = new AbortController();
  const signal = AbortSignal.any([run.signal, asking.signal]);
  let refused: Error | undefined;
  context.progress({ phase: `Unlocking ${seen.name}` });
  const request = engine
    .json('/swarm/unlock', {
      method: 'POST',
      body: { UnlockKey },
      purpose: 'unlock it',
      signal,
      timeout: 60,
    })
    .catch((error: unknown) => {
      if (!asking.signal.aborted)
        refused = error instanceof Error ? error : new Error(String(error));
    });
  try {
    await run.until('it is unlocked', 60, async () => {
      if (refused !== undefined) return true;
      return (await localState(engine, run.signal)) === 'locked' ? undefined : true;
    });
  } finally {
    asking.abort();
    await request;
  }
  if (refused !== undefined && (await localState(engine, run.signal)) === 'locked') {
    // Versions differ in how they say that a key is wrong; that it answers and stays locked is the same in all.
    if (!('status' in refused)) throw refused;
    throw recoveryErrors.wrongUnlockKey({
      message: `${seen.name} does not take this unlock key.`,
      cause: refused,
    });
  }
  // With its lock off it may find the others and a leader, or not.
  await run
    .until('it has a leader', 15, async () => ((await quorumAt(engine, run)) ? true : undefined))
    .catch((error: unknown) => {
      if (run.signal.aborted) throw error;
    });
}

/** Opens a manager's key file with the unlock key. */
export async function openKey(run: RecoveryRun): Promise<void> {
  const seen = run.chosen(openable(run.situation));
  const unlockKey = run.answer('unlockKey');
  run.context.progress({ phase: `Opening the key of ${seen.name}` });
  await withKeyFile(run.engine(seen), rootOf(seen.rootDir), run.signal, async (file) => {
    const former = await file.read();
    if (!isLockedKey(former)) {
      run.context.log.info('The key is not locked: autolock is off.');
      return;
    }
    await file.replace(await openManagerKey(former, unlockKey), former);
    if (isLockedKey(await file.read())) {
      throw recoveryErrors.badKeyFile({ message: 'The key file could not be replaced.' });
    }
  });
}

/** Rebuilds the swarm on one manager, after a look at whether autolock would make that fail. */
export async function forceNewCluster(run: RecoveryRun): Promise<void> {
  const { context, situation } = run;
  const seen = run.chosen(situation.orphans);
  const engine = run.engine(seen);
  context.progress({ phase: 'Looking whether autolock is on' });
  const locked = await withKeyFile(engine, rootOf(seen.rootDir), run.signal, async (file) =>
    isLockedKey(await file.read()),
  );
  if (locked) {
    throw recoveryErrors.autolocked({
      message: `Autolock is on: force-new-cluster would fail and throw ${seen.name} out of its swarm. Nothing was done.`,
    });
  }
  await refuseWhileBusy(engine, run, seen.name);
  context.progress({ phase: `Rebuilding the swarm on ${seen.name}` });
  await engine.json('/swarm/init', {
    method: 'POST',
    body: {
      ForceNewCluster: true,
      ListenAddr: listenAddress(seen),
      AdvertiseAddr: seen.address ?? '',
    },
    purpose: 'make a new swarm of what it knows',
    // Once begun it is not to be cut off half-way: the engine finishes in any case.
    signal: AbortSignal.any([run.signal, AbortSignal.timeout(180_000)]),
    timeout: 180,
  });
  context.progress({ phase: 'Waiting for a leader' });
  await run.until('the rebuilt swarm has a leader', 60, async () =>
    (await quorumAt(engine, run)) ? true : undefined,
  );
}

/**
 * An engine that was unlocked and finds no leader waits for one, and lets no other change of its swarm through until
 * it has one. A rebuild would queue up behind, and be carried out when the quorum is back: that must not be. Asking it
 * to unlock what is not locked changes nothing and tells whether it would wait.
 */
async function refuseWhileBusy(
  engine: DockerEngine,
  run: RecoveryRun,
  name: string,
): Promise<void> {
  const { signal } = run;
  const none = `SWMKEY-1-${'A'.repeat(43)}`;
  try {
    await engine.json('/swarm/unlock', {
      method: 'POST',
      body: { UnlockKey: none },
      purpose: 'see whether it is free',
      signal,
      timeout: 10,
    });
  } catch (error) {
    if (error instanceof Error && 'status' in error) return;
    signal.throwIfAborted();
    throw recoveryErrors.engineBusy({
      message: `The engine of ${name} still waits for a leader since it was started or unlocked, and takes no other change. Nothing was done.`,
      cause: error,
    });
  }
}

function rootOf(root: string | undefined): string {
  return root ?? '/var/lib/docker';
}

async function localState(engine: DockerEngine, signal: AbortSignal): Promise<string> {
  const info = await engine.json(
    '/info',
    { purpose: 'say how it is', signal, timeout: 25 },
    stateSchema,
  );
  return info.Swarm?.LocalNodeState ?? 'inactive';
}

async function quorumAt(engine: DockerEngine, { signal }: RecoveryRun): Promise<boolean> {
  const ask = { purpose: 'list the nodes of its swarm', signal, timeout: 5 };
  const nodes = await engine.json('/nodes', ask, nodesSchema);
  return hasQuorum({ nodes });
}
