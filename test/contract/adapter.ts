import assert from 'node:assert/strict';
import { z } from 'zod';
import { isClusterBackupError } from '../../src/core/errors';
import { Readable } from 'node:stream';
import { isItemised } from '../../src/core/ports';
import type {
  ItemisedAdapter,
  RunContext,
  SnapshotReport,
  SystemDefinition,
  WholeAdapter,
} from '../../src/core/ports';

/** One whose backups come into a vault and are restored from there. */
type Adapter = WholeAdapter | ItemisedAdapter;

/** A running cluster that an adapter's contract is tried on. */
export interface AdapterSubject {
  /** A fresh adapter for the running cluster. */
  adapter(): Adapter;
  /** A fresh adapter for an address where nobody answers. */
  unreachable(): Adapter;
  /** Secrets in use; none may show in an error. */
  secrets: readonly string[];
  /** Reads what `backup()` gives; throws when it is not whole. */
  check(bytes: Buffer): Promise<SnapshotReport>;
}

/**
 * What every adapter promises to the core, whatever its system.
 *
 * @param subject asked for once the suite's own hooks have started the cluster
 */
export function adapterContract(definition: SystemDefinition, subject: () => AdapterSubject): void {
  describe(`the definition of ${definition.id}`, () => {
    const fields = Object.keys(definition.schema.shape);

    it('names only fields of its own', () => {
      for (const name of [...definition.secretFields, ...definition.pathFields]) {
        assert.ok(fields.includes(name.replace(/\[\]\..*/, '')), name);
      }
    });

    it('describes every field for the JSON schema', () => {
      const schema = z.toJSONSchema(definition.schema, { io: 'input' });
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        assert.ok(typeof field === 'object' && (field.description ?? '').length > 10, name);
      }
    });

    it('keeps common names of an entry free', () => {
      for (const name of ['system', 'vault', 'encryption']) assert.ok(!fields.includes(name));
    });

    it('has modes with names of their own', () => {
      const ids = definition.capabilities.modes.map(({ id }) => id);
      assert.ok(ids.length > 0);
      assert.equal(new Set(ids).size, ids.length);
      assert.match(definition.capabilities.fileEnding ?? '', /^\.\w/);
    });
  });

  describe(`the adapter of ${definition.id}`, function () {
    this.timeout(60_000);
    let adapter: Adapter;
    beforeEach(() => (adapter = subject().adapter()));
    afterEach(() => adapter.close());

    it('says how the cluster is', async () => {
      const status = await adapter.status(context());
      assert.ok(['healthy', 'degraded', 'noLeader'].includes(status.health));
      assert.ok(status.version);
      // Plain data: it crosses threads.
      assert.deepEqual(structuredClone(status), status);
    });

    it('counts in whole numbers', async () => {
      const { counts } = await adapter.inventory(context());
      assert.ok(Object.keys(counts).length > 0);
      for (const [name, count] of Object.entries(counts)) {
        assert.ok(Number.isSafeInteger(count) && count >= 0, name);
      }
    });

    for (const { id } of definition.capabilities.modes.filter(({ hosted }) => !hosted)) {
      it(`backs up in mode ${id}, whole, and plans its restore`, async () => {
        const source = await adapter.backup({ mode: id }, context());
        const bytes = Buffer.concat((await source.stream.toArray()) as Buffer[]);
        const report = await subject().check(bytes);
        assert.equal(report.format, definition.capabilities.format);
        const open = () => Promise.resolve(Readable.from([bytes]));
        const items = isItemised(adapter)
          ? (
              await adapter.planChanges(
                { content: report, choices: {}, payloads: {}, open },
                context(),
              )
            ).items
          : (await adapter.planRestore({ content: report, choices: {}, payloads: {} }, context()))
              .items;
        for (const item of items) assert.match(item.code, new RegExp(`^${definition.id}\\.\\w+$`));
      });
    }

    it('refuses a mode it does not have', () =>
      fails(adapter.backup({ mode: 'no such mode' }, context()), 'usage'));

    it('stops when it is cancelled, before and in the middle', async () => {
      await fails(adapter.status(context(AbortSignal.abort())), 'cancelled');
      await fails(adapter.inventory(context(AbortSignal.abort())), 'cancelled');
      const stop = new AbortController();
      const mode = definition.capabilities.modes[0]?.id ?? '';
      const source = await adapter.backup({ mode }, context(stop.signal));
      stop.abort();
      await fails(source.stream.toArray(), 'cancelled');
    });

    it('says so when nobody answers', async () => {
      const lost = subject().unreachable();
      try {
        await fails(lost.status(context()), 'failed');
      } finally {
        await lost.close();
      }
    });

    it('can be closed twice', async () => {
      await adapter.close();
      await adapter.close();
    });
  });

  async function fails(promise: Promise<unknown>, category: string): Promise<void> {
    await assert.rejects(promise, (error) => {
      assert.ok(isClusterBackupError(error), String(error));
      assert.equal(error.category, category, error.message);
      assert.ok(error.message.endsWith('.') && error.next.endsWith('.'), error.message);
      for (const secret of subject().secrets) {
        assert.ok(!`${error.message} ${error.next}`.includes(secret));
      }
      return true;
    });
  }
}

function context(signal = new AbortController().signal): RunContext {
  const silent = () => undefined;
  return {
    signal,
    progress: silent,
    log: { debug: silent, info: silent, warn: silent, error: silent },
    clock: { now: () => new Date() },
  };
}
