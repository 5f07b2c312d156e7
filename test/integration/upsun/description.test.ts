import assert from 'node:assert/strict';
import { description } from '../../standins/upsun/description';
import { facts } from '../../standins/upsun/facts';
import { BEYOND } from '../../standins/upsun/shape';
import { judges } from '../../standins/upsun/validation';
import { usableVendors, VENDORS_FILE, vendorsDescription } from '../../standins/upsun/vendors';
import type { OpenApi } from '../../standins/upsun/vendors';

const own = description as unknown as OpenApi;
const vendors = vendorsDescription();

const operations = Object.entries(own.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    path,
    method,
    operation,
    isBeyond: BEYOND in operation,
  })),
);

describe('The description of Upsun that is this project’s own', function () {
  this.timeout(180_000);

  it('is one that the library takes, operation by operation', async () => {
    const [judge] = await judges();
    assert.ok(judge);
    for (const { path, method } of operations) {
      const received = { method, path: path.replace(/\{.+?\}/g, 'x'), headers: {}, body: '' };
      assert.ok(judge.operation(received), `${method} ${path}`);
      assert.doesNotThrow(() => judge.request(received), `${method} ${path}`);
      assert.doesNotThrow(() => judge.reply(received, 200, {}), `${method} ${path}`);
    }
  });

  if (vendors === undefined) {
    it('is all there is to hold to: the vendor’s lies not beside this project', async () => {
      console.log(`      ${VENDORS_FILE} is not there: nothing is compared with it`);
      assert.deepEqual(
        (await judges()).map(({ name }) => name),
        ["the project's own"],
      );
    });
    return;
  }

  it('is held to beside the vendor’s', async () => {
    assert.deepEqual(
      (await judges()).map(({ name }) => name),
      ["the project's own", "the vendor's"],
    );
  });

  for (const { path, method, operation, isBeyond } of operations) {
    if (isBeyond) {
      it(`goes beyond the vendor’s where it says so: ${method} ${path}`, () => {
        assert.equal(vendors.paths[path]?.[method], undefined);
      });
      continue;
    }
    it(`has the vendor’s facts: ${method} ${path}`, () => {
      assert.equal(operation['operationId'], vendors.paths[path]?.[method]?.['operationId']);
      const [ours, theirs] = [facts(own, path, method), facts(vendors, path, method)];
      assert.deepEqual(ours.body, theirs.body);
      assert.deepEqual(ours.reply, theirs.reply);
      // Of the many filters those that are used here; of the path all.
      for (const [name, parameter] of Object.entries(ours.parameters)) {
        assert.deepEqual(parameter, theirs.parameters[name], name);
      }
      const missing = Object.keys(theirs.parameters).filter((name) => !(name in ours.parameters));
      assert.deepEqual(
        missing.filter((name) => !name.startsWith('query filter')),
        [],
      );
    });
  }

  it('would be told where it differed', () => {
    const path = '/projects/{projectId}/environments/{environmentId}/backups/{backupId}';
    const theirs = facts(vendors, path, 'get').reply;
    const change = (edit: (backup: Record<string, Record<string, object>>) => void): unknown => {
      const changed = structuredClone(vendors);
      edit(changed.components?.schemas?.['Backup'] as Record<string, Record<string, object>>);
      return facts(changed, path, 'get').reply;
    };
    assert.deepEqual(
      change(() => undefined),
      theirs,
    );
    for (const edit of [
      (backup) => delete backup['properties']?.['safe'],
      (backup) => (backup['required'] as unknown as string[]).pop(),
      (backup) => Object.assign(backup['properties']?.['index'] ?? {}, { nullable: false }),
      (backup) => Object.assign(backup['properties']?.['status'] ?? {}, { enum: ['CREATED'] }),
      (backup) => Object.assign(backup['properties']?.['created_at'] ?? {}, { format: 'date' }),
      (backup) => Object.assign(backup, { additionalProperties: true }),
    ] as Parameters<typeof change>[0][]) {
      assert.notDeepEqual(change(edit), theirs, String(edit));
    }
  });

  it('changes nothing in the vendor’s but what it has to', () => {
    const mended = usableVendors(vendors);
    const schemas = (document: OpenApi) => document.components?.schemas ?? {};
    const added = Object.keys(schemas(mended)).filter((name) => {
      const properties = (schema: unknown) =>
        Object.keys((schema as { properties?: object } | undefined)?.properties ?? {});
      return properties(schemas(mended)[name]).length !== properties(schemas(vendors)[name]).length;
    });
    assert.deepEqual(added.sort(), [
      'AcceptedResponse',
      'Activity',
      'Backup',
      'Environment',
      'Project',
      'ProjectCapabilities',
      'ProjectSettings',
    ]);
    const path = '/projects/{projectId}/environments/{environmentId}/backup';
    assert.deepEqual(facts(mended, path, 'post').body, facts(vendors, path, 'post').body);
  });
});
