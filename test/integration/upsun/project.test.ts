import assert from 'node:assert/strict';
import type { ResolvedCluster } from '../../../src/compose/resolvedCluster';
import { SHOP } from '../../standins/upsun/sample';
import { UpsunSite } from './site';

describe('Upsun: a project of the stand-in, found and looked at', function () {
  this.timeout(180_000);
  let site: UpsunSite;
  beforeEach(async () => (site = await UpsunSite.start()));
  afterEach(() => site.finish());

  /** As *Add Cluster* has it in the middle: fields that are asked later are not there. */
  const halfway = async (fields: Record<string, unknown> = {}): Promise<ResolvedCluster> => {
    const cluster = await site.cluster();
    const { apiAddress, authAddress } = site.standIn;
    const connection = { apiAddress, authAddress, ...fields };
    return { ...cluster, connected: { ...cluster.connected, connection } };
  };
  const options = async (field: string, fields: Record<string, unknown> = {}) =>
    site.operations.setupOptions({ cluster: await halfway(fields), field }, site.context());

  it('says how it is', async () => {
    const cluster = await site.cluster({ environments: ['main', 'gone'] });
    const status = await site.operations.status({ cluster }, site.context());
    assert.equal(status.health, 'healthy');
    assert.equal(status.title, 'Shop');
    assert.equal(status.datacenter, 'eu-2.platform.sh');
    assert.deepEqual(status.warnings, [
      'The project has no environment "gone", which the entry names.',
    ]);
    site.standIn.project().project.subscription.suspended = true;
    const suspended = await site.operations.status({ cluster }, site.context());
    assert.equal(suspended.health, 'degraded');
    assert.match(suspended.reason ?? '', /suspended/);
  });

  it('shows its environments, each with the age of what could be restored', async () => {
    const cluster = await site.cluster();
    const [group] = await site.operations.contents({ cluster }, site.context());
    assert.equal(group?.id, 'environments');
    assert.equal(group.warning, undefined);
    const item = (name: string) => group.items.find((one) => one.name === name);
    assert.equal(group.items.length, site.standIn.project().environments.length);
    assert.equal(item('main')?.state, 'good');
    assert.match(item('main')?.description ?? '', /production, active · newest backup 2 h old/);
    assert.match(item('staging')?.description ?? '', /3 days old/);
    assert.equal(item('qa')?.state, 'warning');
    assert.match(item('qa')?.description ?? '', /no backup to restore/);
    assert.equal(item('feature/old-idea')?.state, 'idle');
    assert.ok(
      item('feature/old-idea')?.facts.some(([, value]) => /has to be activated/.test(value)),
    );
    site.standIn.faults.answers(
      { kind: 'answer', status: 500, body: 'x' },
      { line: /environments\/qa\/backups$/ },
    );
    const [partly] = await site.operations.contents({ cluster }, site.context());
    assert.match(partly?.warning ?? '', /qa/);
    assert.equal(partly?.items.find(({ name }) => name === 'qa')?.state, 'unknown');
  });

  it('offers organisations, and the projects of one', async () => {
    const offered = await options('organization');
    assert.deepEqual(
      offered.map(({ label }) => label),
      site.standIn.organizations.map(({ label }) => label).sort((a, b) => a.localeCompare(b, 'en')),
    );
    const acme = site.standIn.organizations.find(({ name }) => name === 'acme');
    const projects = await options('project', { organization: acme?.id });
    assert.deepEqual(
      projects.map(({ label }) => label),
      ['Blog', 'Handbook', 'Shop'],
    );
    assert.equal(projects.find(({ label }) => label === 'Shop')?.value, SHOP);
  });

  it('offers all projects that the user may see, page after page, where no organisation is chosen', async () => {
    const projects = await options('project');
    assert.deepEqual(
      projects.map(({ label }) => label),
      ['Blog', 'Handbook', 'Shop', 'Weekend'],
    );
    assert.ok(site.sent(/extended-access.*page/).length > 0, 'it has more than one page');
  });

  it('offers the environments of the project, and needs one for that', async () => {
    const offered = await options('environments', { project: SHOP });
    assert.ok(offered.some(({ value }) => value === 'feature/checkout'));
    assert.match(
      offered.find(({ value }) => value === 'feature/old-idea')?.description ?? '',
      /inactive/,
    );
    await site.refused(options('environments'), 'upsun.badConnection');
  });

  for (const links of ['own', 'relative', 'region'] as const) {
    it(`follows links that are ${links} ones at our own address`, async () => {
      const other = await UpsunSite.start({ links });
      try {
        const made = await other.operations.createHosted(
          { cluster: await other.cluster(), mode: 'live', on: 'feature/checkout' },
          other.context(),
        );
        assert.equal(made.state, 'ready');
      } finally {
        await other.finish();
      }
    });
  }
});
