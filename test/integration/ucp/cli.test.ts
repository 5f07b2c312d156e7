import assert from 'node:assert/strict';
import { copyFile, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEngine } from '../../../src/sandbox/parts/dockerEngine';
import type { RunningEngine } from '../../../src/sandbox/parts/dockerEngine';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { run } from '../../../src/sandbox/parts/processes';
import type { Manifest } from '../../../src/core/model';
import type { PlanLine } from '../../../src/core/plan';
import { smallCluster, swarmArchive } from '../../support/snapshots/swarm';
import { setFault } from '../../standins/ucp/image';
import { Workplace } from '../cli/support';
import { UcpSite, listByGnuPg } from './site';

const PASSPHRASE = 'every "word" of it \\ is secret';

interface Document {
  plan: { items: PlanLine[]; on?: string; candidates?: { name: string }[]; possible?: boolean };
  backup: { manifest: Manifest; path: string };
  exported: string;
  verification: { result: string };
  report: { facts: { rule: string } };
  product: { id: string };
  manifest: { source: Record<string, string> };
  rule: { id: string; holds: boolean };
  certificates: { path: string }[];
}

describe('The command line and UCP, from the backup to the plan of its restore', function () {
  this.timeout(300_000);
  let engine: RunningEngine;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  /** All that was printed. */
  let said = '';

  before(async () => {
    engine = await startEngine({ hostname: 'manager1' });
    folder = await temporaryFolder('cli-ucp');
    at = new Workplace(folder.path, { UCP_PASS: PASSPHRASE });
    const encryption = { passphrase: { env: 'UCP_PASS' } };
    const entry = { system: 'ucp', host: engine.host, encryption };
    await at.configure({ ours: entry, theirs: { ...entry, encryptedBy: 'product' } });
  });
  after(async () => {
    await engine.stop();
    await folder.remove();
  });

  const call = async (args: string[], code = 0, env: Record<string, string> = {}) => {
    const result = await at.run([...args, '--verbose'], env);
    said += result.out + result.err;
    assert.equal(result.code, code, `${args.join(' ')}: ${result.err}`);
    return result;
  };
  const json = async (args: string[], code = 0): Promise<Document> =>
    JSON.parse((await call([...args, '--json'], code)).out) as Document;
  const codes = ({ plan }: Document, severity?: string) =>
    plan.items
      .filter((line) => severity === undefined || line.severity === severity)
      .map((line) => line.code);

  for (const { version, rule } of [
    { version: '3.1.16', rule: 'older' },
    { version: '3.8.1', rule: 'current' },
  ]) {
    describe(version, () => {
      before(async () => {
        const site = await UcpSite.make(engine);
        await site.install(version);
        await site.remove();
      });

      for (const cluster of ['ours', 'theirs']) {
        it(`says, takes, verifies, inspects, exports and plans (encrypted: ${cluster})`, async () => {
          const told = await json(['create', cluster, '--dry-run']);
          assert.equal(told.plan.on, 'manager1');
          assert.deepEqual(
            told.plan.candidates?.map(({ name }) => name),
            ['manager1'],
          );
          const expected = rule === 'older' ? 'ucp.stops' : 'ucp.nothingStops';
          assert.ok(codes(told).includes(expected), codes(told).join());
          assert.equal(codes(told).includes('ucp.passphraseShown'), cluster === 'theirs');

          const { backup } = await json(['create', cluster]);
          const { id, encryption, system, file } = backup.manifest;
          assert.deepEqual([system.version, encryption.kind], [version, 'passphrase']);
          const verified = await json(['verify', id]);
          assert.equal(verified.verification.result, 'ok');
          assert.equal(verified.report.facts.rule, rule);
          const shown = await json(['inspect', id]);
          assert.deepEqual([shown.rule.id, shown.rule.holds], [rule, true]);
          assert.equal(shown.manifest.source['node'], 'manager1');
          assert.ok(shown.certificates.length > 3);
          const { out } = await call(['inspect', id]);
          assert.match(out, new RegExp(`Product +(Docker UCP|Mirantis MKE) ${version}\n`));

          const exported = join(folder.path, `${cluster}-${version}`);
          assert.equal((await json(['export', id, exported])).exported, exported);
          const names = await listByGnuPg(exported, PASSPHRASE);
          assert.ok(names.includes('./ucp-controller-server-certs/key.pem'));
          assert.equal(names.includes('./ucp-node-certs/key.pem'), rule === 'older');
          assert.deepEqual(await readFile(exported), await readFile(backup.path), file);

          const plan = await json(['restore', id, '--to', cluster, '--dry-run'], 3);
          assert.deepEqual(codes(plan, 'blocker'), ['ucp.installed']);
          const able = ['--answer', `uninstall=${version}`, '--dry-run'];
          const free = await json(['restore', id, '--to', cluster, ...able]);
          assert.deepEqual(codes(free, 'blocker'), []);
          for (const code of ['ucp.version', 'ucp.uninstall', 'ucp.sameSwarm', 'ucp.sound']) {
            assert.ok(codes(free).includes(code), code);
          }
        });

        it(`refuses to plan with what is no whole backup (encrypted: ${cluster})`, async () => {
          const whole = join(folder.path, `${cluster}-${version}`);
          await copyFile(whole, join(folder.path, 'cut.tar'));
          await truncate(join(folder.path, 'cut.tar'), 20_000);
          const open = ['--passphrase-env', 'PW', '--to', cluster, '--dry-run'];
          const blocked = async (args: string[], code: string, reason: RegExp) => {
            const result = await call(['restore', ...args], 3, { PW: PASSPHRASE });
            assert.ok(result.err.includes(`[${code}]`), result.err);
            assert.match(result.out + result.err, reason);
            assert.match(result.err, /Next: \S/);
            assert.doesNotMatch(result.out, /ucp\.sound/);
          };
          await blocked(['./cut.tar', ...open], 'core.notRestorable', /cut off/);
          await writeFile(join(folder.path, 'other.tar'), await swarmArchive(await smallCluster()));
          const other = ['./other.tar', '--to', cluster, '--dry-run'];
          await blocked(other, 'core.notRestorable', /it is a Swarm backup/);
          const { err } = await call(
            ['restore', `./${cluster}-${version}`, ...open],
            ...([3, { PW: 'not this one' }] as const),
          );
          assert.ok(err.includes('[openpgp.wrongPassphrase]'), err);
        });
      }

      it('tells why the product failed, without its passphrase', async () => {
        await setFault(engine, 'exit1HalfWay');
        try {
          const { err } = await call(['create', 'theirs'], 1);
          assert.match(err, /exit code 1.*unable to back up etcd.*\[ucp\.failed\]/);
        } finally {
          await setFault(engine, undefined);
        }
      });
    });
  }

  // Comes after the others, which its place outside of a block would not.
  describe('afterwards', () => {
    it('leaves the passphrase in nothing that was printed and in no file', async () => {
      const forms = [PASSPHRASE, JSON.stringify(PASSPHRASE).slice(1, -1)];
      assert.ok(said.includes('Step 3 of 4'), 'the product’s own log was printed');
      for (const form of forms) {
        assert.ok(!said.includes(form));
        const script = 'grep -rlF -e "$1" "$2" || [ $? -eq 1 ]';
        assert.equal(await run('sh', ['-c', script, 'sh', form, folder.path]), '');
      }
      const { activities } = (await at.json(['activities'])) as { activities: { kind: string }[] };
      assert.ok(activities.some(({ kind }) => kind === 'backup'));
    });
  });
});
