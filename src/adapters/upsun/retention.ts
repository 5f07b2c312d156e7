import { createHash } from 'node:crypto';
import pLimit from 'p-limit';
import { coreErrors, isCancellation, throwIfCancelled } from '../../core/errors';
import type { HostedRetention, RunContext } from '../../core/ports';
import type {
  RetainedBackup,
  RetentionChange,
  RetentionPlan,
  RetentionSettings,
} from '../../core/retention/settings';
import { isStatus } from '../jsonApi';
import { pauseFor } from '../retry';
import { followActivities } from './activities';
import type { UpsunApi } from './api';
import type { UpsunConnections } from './connection';
import { upsunErrors } from './errors';
import { retentionItems } from './retentionItems';
import {
  changed,
  differences,
  kindsOf,
  policyOf,
  retentionSchema,
  retentionText,
  sorted,
} from './retentionWire';
import type { DataRetention } from './retentionWire';
import type { Environment, UpsunActivity } from './wire';
import { isTold } from './words';

/** Milliseconds until what was sent has to be there, and between two looks. */
export interface ReadBack {
  limit: number;
  pause: number;
}

const READ_BACK: ReadBack = { limit: 15_000, pause: 1000 };
/** For messages. */
const POLICY = 'the change of the backup policy';
/** Statuses at which nothing was done. */
const REFUSED = [400, 401, 403, 404, 409, 422, 429];
const LOCKED = "The platform does not let this project's backup policy be changed";

/** How long a project's backups are kept: `data_retention` of its settings, by kind of environment. */
export class UpsunRetention implements HostedRetention {
  constructor(
    private readonly upsun: UpsunConnections,
    private readonly readBack: ReadBack = READ_BACK,
  ) {}

  async read(context: RunContext): Promise<RetentionSettings> {
    return (await this.#read(await this.upsun.api(), context)).known;
  }

  async plan(change: RetentionChange, context: RunContext): Promise<RetentionPlan> {
    const api = await this.upsun.api();
    const { settings, known } = await this.#read(api, context);
    const kind = known.kinds.find(({ id }) => id === change.kind);
    if (kind === undefined) {
      throw coreErrors.unsupported({
        message: `There is no kind of environment "${change.kind}": there are ${known.kinds.map(({ id }) => id).join(', ')}.`,
        next: 'Name one of those.',
      });
    }
    const after = changed(settings, change);
    const items = retentionItems({
      kind: change.kind,
      before: kind.policy,
      after: policyOf(after, change.kind).policy,
      editable: known.editable,
      same: differences(after, settings ?? {}).length === 0,
      existing: kind.existing,
      now: context.clock.now(),
    });
    return {
      change,
      before: retentionText(settings),
      after: retentionText(after),
      request: `PATCH ${api.project}/settings\n${retentionText(after)}`,
      items,
      fingerprint: fingerprintOf(api, settings),
    };
  }

  /**
   * Sends it once, follows what activities the platform names, and reads it back.
   *
   * @throws `core.planChanged`; `upsun.retentionDiffers` where the platform then holds something else; `core.cancelled`,
   *   which says that it was sent; what `followActivities` throws
   */
  async write(plan: RetentionPlan, context: RunContext): Promise<RetentionSettings> {
    const { signal } = context;
    const api = await this.upsun.api();
    const settings = await settingsOf(api, signal);
    const sent = changed(settings, plan.change);
    const request = `PATCH ${api.project}/settings\n${retentionText(sent)}`;
    if (fingerprintOf(api, settings) !== plan.fingerprint || request !== plan.request) {
      throw coreErrors.planChanged({
        message: `The backup policy of ${api.where} was changed by somebody else since the plan was made. Nothing was sent.`,
      });
    }
    try {
      await followActivities(this.upsun, await patched(api, sent, context), POLICY, context);
      await this.#settled(api, sent, context);
      return await this.read(context);
    } catch (error) {
      throw isCancellation(error) && !isTold(error) ? afterSending(error) : error;
    }
  }

  async #read(
    api: UpsunApi,
    { signal, log }: RunContext,
  ): Promise<{ settings: DataRetention; known: RetentionSettings }> {
    const [settings, editable, environments] = await Promise.all([
      settingsOf(api, signal),
      editableOf(api, signal),
      api.environments(signal),
    ]);
    const limit = pLimit(this.upsun.connection.parallel);
    const kinds = kindsOf(settings).map(async (kind) => {
      const existing = await Promise.all(
        environments
          .filter(({ type }) => type === kind.id)
          .map((environment) => limit(() => backupsOf(api, environment, signal))),
      ).catch((error: unknown) => {
        throwIfCancelled(signal);
        log.warn(`Backups of ${kind.id} could not be read: ${String(error)}`);
        return undefined;
      });
      const { policy, isDefault } = policyOf(settings, kind.id);
      return {
        ...kind,
        policy,
        isDefault,
        ...(existing ? { existing: newestFirst(existing) } : {}),
      };
    });
    return { settings, known: { kinds: await Promise.all(kinds), editable } };
  }

  /** Waits until the platform tells what it was sent: it only says that it took it. */
  async #settled(
    api: UpsunApi,
    sent: DataRetention,
    { signal, progress }: RunContext,
  ): Promise<void> {
    const { limit, pause: between } = this.readBack;
    const started = performance.now();
    progress({ phase: 'Reading the settings back' });
    for (;;) {
      const differing = differences(sent, await settingsOf(api, signal));
      if (differing.length === 0) return;
      if (performance.now() - started >= limit) {
        throw upsunErrors.retentionDiffers({
          message: `${api.where} took the backup policy and holds another: ${differing.join('; ')}.`,
        });
      }
      await pauseFor(between, signal);
    }
  }
}

/** @returns the activities that it begins, where it says so */
async function patched(
  api: UpsunApi,
  sent: DataRetention,
  { signal, log }: RunContext,
): Promise<readonly UpsunActivity[]> {
  const body = { data_retention: sent };
  const path = `${api.project}/settings`;
  try {
    const accepted = await api.send('PATCH', path, body, 'set the backup policy', signal);
    return accepted._embedded?.activities ?? [];
  } catch (error) {
    if (!(await isHeld(api, sent, error, signal))) throw error;
    log.warn('The answer to the backup policy was lost; the platform holds it all the same.');
    return [];
  }
}

function afterSending(cause: unknown) {
  return coreErrors.cancelled({
    message:
      'Cancelled: the backup policy was being sent or had been sent already, and the platform may hold it by now.',
    next: 'Look at the policy as it is now; set it back where it is not wanted.',
    cause,
  });
}

async function settingsOf(api: UpsunApi, signal: AbortSignal): Promise<DataRetention> {
  const path = `${api.project}/settings`;
  const { data_retention: settings } = await api.get(
    path,
    retentionSchema,
    'show the backup policy',
    signal,
  );
  return settings;
}

/** Whether it was taken although no good answer came: the connection was cut, or a gateway answered. */
async function isHeld(
  api: UpsunApi,
  sent: DataRetention,
  error: unknown,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted || REFUSED.some((status) => isStatus(error, status))) return false;
  try {
    return differences(sent, await settingsOf(api, signal)).length === 0;
  } catch {
    // What failed first is what is told.
    return false;
  }
}

async function editableOf(api: UpsunApi, signal: AbortSignal): Promise<true | string> {
  const { data_retention: retention } = await api.readCapabilities(signal);
  return retention?.enabled === true ? true : LOCKED;
}

async function backupsOf(
  api: UpsunApi,
  { id: group }: Environment,
  signal: AbortSignal,
): Promise<RetainedBackup[]> {
  const backups = await api.backups(group, signal);
  return backups.flatMap(({ id, created_at: created, status, automated, expires_at: expires }) => {
    if (created === undefined || status === 'DELETING' || status === 'DELETED') return [];
    const isAutomated = automated ?? expires !== undefined;
    return [{ id, created, automated: isAutomated, group, ...(expires ? { expires } : {}) }];
  });
}

function newestFirst(lists: readonly RetainedBackup[][]): RetainedBackup[] {
  return lists.flat().sort((a, b) => Date.parse(b.created) - Date.parse(a.created));
}

/** Of all that is set, in whatever order it is told. */
function fingerprintOf(api: UpsunApi, settings: DataRetention): string {
  const told = JSON.stringify([api.projectId, sorted(settings ?? null)]);
  return createHash('sha256').update(told).digest('hex');
}
