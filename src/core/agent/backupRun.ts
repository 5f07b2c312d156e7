import { toErrorInfo } from '../errors';
import type { ErrorInfo } from '../errors';
import { withOwnSignal } from '../ownSignal';
import type { Due } from '../schedule/planned';
import type { Notice } from './noticeBook';
import type { AgentCluster, AgentEvent, AgentParts } from './ports';
import { failureOf } from './pruneRun';
import type { Sign, Silence } from './silence';

/** What came of one run of a schedule. */
export interface BackupRunResult {
  /** Of the backup that was made; without it, and without an error, somebody else had made one already. */
  id?: string;
  /** Left out where it was only stopped together with the agent. */
  error?: ErrorInfo;
  /** What the hooks after it are told; left out where nothing was begun. */
  after?: Notice;
}

/** Has one backup made, with the hooks before it. Never throws. */
export async function runBackup(
  { work, tells }: AgentParts,
  cluster: AgentCluster,
  { schedule, since }: Due,
  eventOf: (notice: Notice) => AgentEvent,
  { silence, signal }: { silence: Silence; signal: AbortSignal },
): Promise<BackupRunResult> {
  const hooks = { areBegun: false };
  const run = ({ signal: own, heard, apart }: Sign) => {
    const before = (stop = own) => {
      hooks.areBegun = true;
      const text = `A backup of "${cluster.name}" is about to be made (${schedule}).`;
      return apart(tells.before(cluster, eventOf({ kind: 'before', text, schedule }), stop));
    };
    return work.backUp(cluster, { schedule, since, before, heard }, own);
  };
  try {
    const made = await silence.within(`The backup of "${cluster.name}"`, signal, run);
    if (made === undefined) return {};
    const text = `A backup of "${cluster.name}" was made (${schedule}).`;
    return { id: made.id, after: { kind: 'done', text, schedule, backupId: made.id } };
  } catch (thrown) {
    const error = failureOf(thrown);
    const text = `The backup of "${cluster.name}" failed: ${error.message}`;
    const after: Notice = { kind: 'failed', text, schedule, error };
    if (signal.aborted) return hooks.areBegun ? { after } : {};
    const isTold = hooks.areBegun || error.code !== 'vault.locked';
    return { error: toErrorInfo(thrown), ...(isTold ? { after } : {}) };
  }
}

/** Has the hooks after a backup run; what fails there is logged, and what fails of theirs given to `tell`. Never throws. */
export async function runHooksAfter(
  { tells, log }: AgentParts,
  cluster: AgentCluster,
  after: AgentEvent,
  tell: (event: AgentEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    await withOwnSignal(signal, (own) => tells.after(cluster, after, own, tell));
  } catch (error) {
    log.warn(`${cluster.name}: ${toErrorInfo(error).message}`);
  }
}
