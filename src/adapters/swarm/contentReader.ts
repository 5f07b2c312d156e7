import { isClusterBackupError } from '../../core/errors';
import type { RunContext } from '../../core/ports';
import type { SwarmArchiveWriter } from '../../snapshots/swarm/archiveWriter';
import { RAFT_FOLDER, volumeFolder } from '../../snapshots/swarm/layout';
import type { Definition } from '../../snapshots/swarm/layout';
import type { DockerEngine } from '../docker/engine';
import { swarmErrors } from './errors';
import { HelperContainers } from './helperContainers';
import type { HelperMount } from './helperContainers';

/** Reads volumes and folders of engines into an archive, one after the other. */
export class ContentReader {
  readonly #helpers = new Map<DockerEngine, HelperContainers>();

  constructor(
    private readonly archive: SwarmArchiveWriter,
    private readonly run: string,
    private readonly context: RunContext,
  ) {}

  async volume(engine: DockerEngine, { name, node }: Definition): Promise<void> {
    const what = `volume ${name} on ${node ?? engine.where}`;
    await this.#read(engine, { volume: name }, volumeFolder(node ?? '', name), what);
  }

  /** The Raft state: a folder of the engine's machine. */
  async folder(engine: DockerEngine, folder: string): Promise<void> {
    await this.#read(engine, { folder }, RAFT_FOLDER, `the Raft state on ${engine.where}`);
  }

  /** Removes all that was made. @returns false when something may be left on an engine */
  async close(): Promise<boolean> {
    const helpers = [...this.#helpers.values()];
    const closed = await Promise.allSettled(helpers.map((one) => one.close(this.context.log)));
    return closed.every(({ status }) => status === 'fulfilled');
  }

  async #read(
    engine: DockerEngine,
    mount: HelperMount,
    folder: string,
    what: string,
  ): Promise<void> {
    const { signal, progress, log } = this.context;
    signal.throwIfAborted();
    progress({ phase: `Reading ${what}` });
    let helpers = this.#helpers.get(engine);
    if (helpers === undefined) {
      helpers = new HelperContainers(engine, this.run);
      this.#helpers.set(engine, helpers);
    }
    const container = await helpers.create(mount, signal);
    try {
      const content = this.archive.content(folder);
      const body = await helpers.read(container, signal);
      for await (const chunk of body as AsyncIterable<Uint8Array>) await content.write(chunk);
      const { bytes, files } = await content.end();
      log.info(`Read ${what}: ${files} files, ${bytes} bytes of tar.`);
    } catch (error) {
      throw isCutTar(error) ? changed(what, error) : error;
    } finally {
      await helpers.remove(container);
    }
  }
}

function isCutTar(error: unknown): boolean {
  return isClusterBackupError(error) && error.code === 'snapshot.truncated';
}

/** The engine ends the tar in the middle, and says nothing, when a file got shorter than it was a moment before. */
function changed(what: string, cause: unknown) {
  return swarmErrors.changedMeanwhile({
    message: `The engine gave up in the middle of ${what}: a file in it became shorter while it was read.`,
    cause,
  });
}
