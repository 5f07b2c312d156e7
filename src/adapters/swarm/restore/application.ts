import { coreErrors, isCancellation } from '../../../core/errors';
import type { ChangeResult, PlannedChange } from '../../../core/plan';
import type { ItemisedAdapter, RunContext } from '../../../core/ports';
import { isActive } from '../../../core/restoreChoices';
import { walkSwarmArchive } from '../../../snapshots/swarm/contents';
import type { ContentSink } from '../../../snapshots/swarm/contents';
import type { SwarmHead } from '../../../snapshots/swarm/headReader';
import type { Definition } from '../../../snapshots/swarm/layout';
import type { SwarmConnections } from '../connections';
import { RunHelpers } from '../runHelpers';
import { applyNetwork } from './applyNetwork';
import { applyData, applyNode } from './applyObjects';
import { applyService, needsOf, targetIds, TargetNames } from './applyService';
import { createSwarm, updateSwarm } from './applySwarm';
import { checkApplied } from './checkApplied';
import { RestoreJournal } from './journal';
import type { Source } from './model';
import { nodeOf } from './planner';
import { Results } from './results';
import { sourceOf } from './source';
import { readTarget } from './target';
import type { LiveTarget } from './target';
import { tellRunning } from './tasks';
import { filledMessage, makeVolume, VolumeFill } from './volumeFill';
import type { VolumeWork } from './volumeFill';
import type { Work } from './work';

type Request = Parameters<ItemisedAdapter['applyChanges']>[0];

const BEFORE_VOLUMES = new Set(['node', 'network', 'secret', 'config']);

/** One run of a restore. */
export class Application {
  private readonly results: Results;
  private readonly active: PlannedChange[];
  private readonly journal: RestoreJournal;
  private readonly helpers: RunHelpers;
  private source!: Source;
  private live!: LiveTarget;
  private definitions!: ReadonlyMap<string, Definition>;

  constructor(
    private readonly swarm: SwarmConnections,
    private readonly request: Request,
    private readonly context: RunContext,
  ) {
    this.results = new Results(request.changes);
    this.active = request.changes.filter(isActive);
    this.journal = new RestoreJournal(swarm.state);
    this.helpers = new RunHelpers(swarm.journals, 'restore', context.log);
  }

  async run(): Promise<ChangeResult[]> {
    try {
      await walkSwarmArchive(this.request.stream, {
        head: (head) => this.begin(head),
        content: (folder) => this.content(folder),
        end: () => this.services(),
      });
      await this.readBack();
    } catch (error) {
      this.stopped(error);
    } finally {
      await this.helpers.close();
    }
    return this.results.all();
  }

  /** What stopped it all: told with each change that was not reached, or thrown where nothing was done. */
  private stopped(error: unknown): void {
    if (this.context.signal.aborted || isCancellation(error)) {
      const done = this.results.doneIds();
      throw coreErrors.cancelled({
        message:
          done.length === 0
            ? 'The restore was cancelled before anything was changed.'
            : `The restore was cancelled. Done before: ${done.join(', ')}.`,
        next: 'What is done stays; restore again to do the rest.',
        cause: error,
      });
    }
    if (this.results.doneIds().length === 0) throw error;
    this.results.rest(messageOf(error));
  }

  /** Everything that has no content. */
  private async begin(head: SwarmHead): Promise<void> {
    const { request, context } = this;
    this.source = sourceOf(head, request.content);
    this.definitions = new Map(this.source.definitions.map((one) => [one.id, one]));
    let reached = await this.swarm.reach(context.signal, context.log);
    const init = this.active.find(({ kind, action }) => kind === 'swarm' && action === 'create');
    const definition = this.definitions.get('swarm');
    if (init !== undefined && definition !== undefined) {
      await this.one(init, async () => {
        const address = request.choices.answers?.['initSwarm'] ?? '';
        context.progress({ phase: 'Creating a swarm' });
        reached = await createSwarm(this.swarm, reached, definition, this.source, address, context);
        return `A swarm was created on ${reached.main.node}; other nodes can join it.`;
      });
      if (this.results.failure(init.id) !== undefined) {
        const reason = 'There is no swarm to put it into.';
        for (const { id, kind } of this.active)
          if (kind !== 'volume') this.results.notReached(id, reason);
      }
    }
    this.live = await readTarget(reached, context);
    for (const change of this.active) {
      if (change.kind === 'swarm' && change.action === 'update')
        await this.object(change, updateSwarm);
      if (BEFORE_VOLUMES.has(change.kind)) await this.object(change, OBJECTS[change.kind]);
    }
    for (const change of this.active) {
      if (change.kind !== 'volume' || this.source.contents.has(change.id)) continue;
      await this.one(change, async () => {
        await makeVolume(this.volumeWork(change));
        return 'Created without content: the backup has none.';
      });
    }
  }

  private async object(
    change: PlannedChange,
    apply: ((work: Work) => Promise<string>) | undefined,
  ): Promise<void> {
    if (apply === undefined) return;
    await this.one(change, () => apply(this.work(change)));
  }

  /** Carries one change out; what fails is told, and the others go on. */
  private async one(change: PlannedChange, apply: () => Promise<string>): Promise<void> {
    const { id } = change;
    if (this.results.has(id)) return;
    this.context.progress({
      phase: `Restoring ${id}`,
      done: this.results.count,
      total: this.request.changes.length,
      unit: 'records',
    });
    try {
      this.results.done(id, await apply());
    } catch (error) {
      if (this.context.signal.aborted || isCancellation(error)) throw error;
      this.context.log.error(`${id}: ${messageOf(error)}`);
      this.results.failed(id, messageOf(error));
    }
  }

  private async content(folder: string): Promise<ContentSink | undefined> {
    const id = [...this.source.contents].find(([, content]) => content.folder === folder)?.[0];
    const change = this.active.find((one) => one.id === id);
    if (change === undefined || this.results.has(change.id)) return undefined;
    let work: VolumeWork;
    try {
      work = this.volumeWork(change);
    } catch (error) {
      this.results.failed(change.id, messageOf(error));
      return undefined;
    }
    const fill = new VolumeFill(work, (failure) => {
      if (failure === undefined) this.results.done(change.id, filledMessage(change));
      else this.results.failed(change.id, messageOf(failure));
    });
    return fill.begin();
  }

  private volumeWork(change: PlannedChange): VolumeWork {
    const definition = this.definition(change.id);
    const { source, live, journal, helpers, context, request } = this;
    const scope = { source, target: live.target, choices: request.choices };
    const node = nodeOf(definition.node ?? '', scope);
    const on = node === undefined ? undefined : live.engines.get(node.name);
    if (on === undefined) {
      throw coreErrors.planChanged({
        message: `The engine of node ${definition.node ?? ''} is not reached any more.`,
      });
    }
    const content = source.contents.get(change.id);
    return { change, definition, names: source.names, on, content, journal, helpers, context };
  }

  /** The whole backup was sound: what depends on everything else. */
  private async services(): Promise<void> {
    const { source, request, context } = this;
    const services = this.active.filter(({ kind }) => kind === 'service');
    if (services.length === 0) return;
    this.live = await readTarget(await this.swarm.reach(context.signal, context.log), context);
    const names = new TargetNames(request.changes);
    const ids = targetIds(source, this.live, names, request.choices);
    for (const change of services) {
      const needed = needsOf(this.definition(change.id), source);
      const failed = needed.find((id) => this.results.failure(id) !== undefined);
      if (failed !== undefined) {
        this.results.notReached(
          change.id,
          `${failed} failed: ${this.results.failure(failed) ?? ''}`,
        );
      }
      await this.one(change, () => applyService(this.work(change), ids));
    }
  }

  private async readBack(): Promise<void> {
    const { swarm, request, source, active, results, context } = this;
    context.progress({ phase: 'Reading back what was restored' });
    const live = await readTarget(await swarm.reach(context.signal, context.log), context);
    const { choices, payloads } = request;
    checkApplied({ source, target: live.target, choices, payloads }, active, results);
    await tellRunning(live.reached, active, results, context);
  }

  private work(change: PlannedChange): Work {
    const { source, live, context, request } = this;
    const manager = live.reached.manager?.engine;
    if (manager === undefined) {
      throw coreErrors.planChanged({ message: 'No manager of the swarm is reached any more.' });
    }
    return {
      change,
      definition: this.definition(change.id),
      source,
      live,
      manager,
      choices: request.choices,
      payload: change.kind === 'secret' ? request.payloads[change.id] : undefined,
      context,
    };
  }

  private definition(id: string): Definition {
    const found = this.definitions.get(id);
    if (found !== undefined) return found;
    throw coreErrors.planChanged({ message: `The backup does not hold ${id}.` });
  }
}

const OBJECTS: Readonly<Record<string, (work: Work) => Promise<string>>> = {
  node: applyNode,
  network: applyNetwork,
  secret: applyData,
  config: applyData,
};

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
