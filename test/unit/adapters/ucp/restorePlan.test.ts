import assert from 'node:assert/strict';
import { repositoryFor } from '../../../../src/adapters/ucp/productImages';
import type { ProductImage } from '../../../../src/adapters/ucp/productImages';
import type { RestoreFacts } from '../../../../src/adapters/ucp/restoreFacts';
import { decideImage, restores } from '../../../../src/adapters/ucp/restoreImage';
import { noSafetyBackup, planLines } from '../../../../src/adapters/ucp/restoreLines';
import { isUninstallChosen } from '../../../../src/adapters/ucp/uninstallLines';
import type { PlanLine } from '../../../../src/core/plan';

const KEY = `SWMKEY-1-${'A'.repeat(43)}`;

const images = (...versions: string[]): ProductImage[] =>
  versions.map((version) => ({
    version,
    reference: `${repositoryFor(version, undefined) ?? '?'}:${version}`,
  }));

const manager = (number: number, isUp = true) => ({
  name: `node${number}`,
  address: `10.0.0.${number}`,
  isUp,
});

/** A swarm of one manager without UCP, and a backup that was made on it. */
function facts(change: Partial<RestoreFacts> = {}): RestoreFacts {
  return {
    node: 'node1',
    backup: { version: '3.2.6', instance: 'swarm1', sans: ['10.0.0.1', 'ucp'], rule: 'current' },
    images: images('3.2.6'),
    repositoryOf: (version) => repositoryFor(version, undefined),
    installed: { containers: [], volumes: [] },
    swarm: { state: 'manager', id: 'swarm1', autolock: false, managers: [manager(1)] },
    addresses: ['10.0.0.1'],
    uninstallLimit: 600,
    answers: {},
    accepted: new Set(),
    ...change,
  };
}

const told = (change: Partial<RestoreFacts>) =>
  Object.fromEntries(planLines(facts(change)).map((line) => [line.code, line.severity]));

function line(change: Partial<RestoreFacts>, code: string): PlanLine {
  const lines = planLines(facts(change));
  const found = lines.find((one) => one.code === code);
  assert.ok(found, `${code} is not among ${lines.map((one) => one.code).join()}`);
  return found;
}

const blockers = (change: Partial<RestoreFacts>) =>
  planLines(facts(change))
    .filter(({ severity }) => severity === 'blocker')
    .map(({ code }) => code);

describe('The plan of a restore of UCP', () => {
  it('has nothing to ask on the swarm that the backup was made on', () => {
    assert.deepEqual(told({}), {
      'ucp.version': 'info',
      'ucp.manager': 'info',
      'ucp.notInstalled': 'info',
      'ucp.sameSwarm': 'info',
      'ucp.sound': 'info',
      'ucp.notRestored': 'info',
    });
    assert.match(noSafetyBackup(facts()) ?? '', /nothing to back up/);
    assert.match(line({}, 'ucp.notRestored').title, /services.*networks.*secrets.*registry/);
  });

  describe('compares versions', () => {
    for (const [image, backup, expected] of [
      ['3.2.6', '3.2.6', true],
      ['3.2.8', '3.2.6', true],
      ['3.2.10', '3.2.9', true],
      ['3.2.5', '3.2.6', false],
      ['3.3.6', '3.2.6', false],
      ['3.8.2', '3.8.1', true],
      ['3.1.8', '3.1.7', false],
      ['3.1.7', '3.1.7', true],
      ['2.2.23', '2.2.22', false],
      ['4.0.0', '3.8.1', false],
    ] as const) {
      it(`${image} ${expected ? 'restores' : 'does not restore'} a backup of ${backup}`, () => {
        assert.equal(restores(image, backup), expected);
      });
    }

    it('takes the same version before a later patch, and offers what else is there', () => {
      const given = { images: images('3.2.5', '3.2.6', '3.2.8') };
      assert.equal(decideImage(facts(given)).image?.reference, 'docker/ucp:3.2.6');
      const [question] = line(given, 'ucp.version').questions ?? [];
      assert.equal(question?.answer, 'image');
      assert.equal(question.value, 'docker/ucp:3.2.6');
      assert.equal(question.options?.length, 3);
      const chosen = { ...given, answers: { image: 'docker/ucp:3.2.8' } };
      assert.equal(decideImage(facts(chosen)).image?.version, '3.2.8');
      assert.equal(line(chosen, 'ucp.laterPatch').severity, 'warning');
    });

    it('says which image to pull where none fits', () => {
      const missing = line({ images: [] }, 'ucp.imageMissing');
      assert.equal(missing.severity, 'blocker');
      assert.match(missing.detail ?? '', /docker pull docker\/ucp:3\.2\.6$/);
      const mke = { backup: { version: '3.8.1' }, images: [] };
      assert.match(
        line(mke, 'ucp.imageMissing').detail ?? '',
        /docker pull mirantis\/ucp:3\.8\.1$/,
      );
      assert.match(
        line({ answers: { image: 'docker/ucp:3.2.9' } }, 'ucp.imageMissing').title,
        /docker\/ucp:3\.2\.9/,
      );
    });

    it('blocks another version until it is accepted, and then forces it', () => {
      const given = { images: images('3.2.5', '3.3.0'), answers: { image: 'docker/ucp:3.2.5' } };
      const blocked = line(given, 'ucp.versionDiffers');
      assert.equal(blocked.severity, 'blocker');
      assert.equal(blocked.acceptable, true);
      assert.deepEqual(
        [decideImage(facts(given)).force, decideImage(facts(given)).image],
        [false, undefined],
      );
      const accepted = { ...given, accepted: new Set(['ucp.versionDiffers']) };
      assert.equal(line(accepted, 'ucp.versionDiffers').severity, 'warning');
      assert.equal(line(accepted, 'ucp.versionDiffers').acceptable, true);
      assert.deepEqual(decideImage(facts(accepted)).force, true);
    });

    it('can not force what knows no --force', () => {
      const given = {
        backup: { version: '3.1.7' },
        images: images('3.1.8'),
        answers: { image: 'docker/ucp:3.1.8' },
        accepted: new Set(['ucp.versionDiffers']),
      };
      const blocked = line(given, 'ucp.versionDiffers');
      assert.equal(blocked.severity, 'blocker');
      assert.equal(blocked.acceptable, undefined);
    });

    it('asks which version made a file that has no manifest', () => {
      const given = { backup: {}, images: images('3.1.7', '3.2.6') };
      const [question] = line(given, 'ucp.versionUnknown').questions ?? [];
      assert.deepEqual(
        [line(given, 'ucp.versionUnknown').severity, question?.answer, question?.options?.length],
        ['blocker', 'version', 2],
      );
      const answered = { ...given, answers: { version: '3.1.7' } };
      assert.equal(line(answered, 'ucp.versionUnknown').severity, 'warning');
      assert.equal(decideImage(facts(answered)).image?.version, '3.1.7');
      assert.deepEqual(blockers(answered), []);
    });

    it('knows MKE 4 as another product', () => {
      assert.deepEqual(blockers({ backup: { version: '4.0.1' } }), ['ucp.otherProduct']);
    });
  });

  describe('looks what is still installed', () => {
    const installed = { version: '3.2.5', containers: ['ucp-controller'], volumes: ['ucp-kv'] };
    const both = { installed, images: images('3.2.5', '3.2.6') };

    it('blocks until it is said that the very version goes first', () => {
      const [question] = line(both, 'ucp.installed').questions ?? [];
      assert.deepEqual(blockers(both), ['ucp.installed']);
      assert.equal(question?.action, 'Uninstall UCP 3.2.5 first');
      assert.deepEqual(
        question.options?.map(({ value }) => value),
        ['3.2.5'],
      );
      assert.deepEqual(blockers({ ...both, answers: { uninstall: '3.2.4' } }), ['ucp.installed']);
      assert.equal(noSafetyBackup(facts(both)), undefined);
    });

    it('names it as destructive, with its own limit, once it is said', () => {
      const given = { ...both, answers: { uninstall: '3.2.5' } };
      const warning = line(given, 'ucp.uninstall');
      assert.deepEqual([warning.severity, warning.destructive], ['warning', true]);
      assert.match(warning.detail ?? '', /users, teams.*600 seconds/);
      assert.deepEqual(blockers(given), []);
      assert.equal(isUninstallChosen(facts(given)), true);
    });

    it('needs the image of what is installed', () => {
      const given = { installed, answers: { uninstall: '3.2.5' } };
      assert.deepEqual(blockers(given), ['ucp.imageMissing']);
    });

    it('takes the version of the restore for parts without a controller', () => {
      const parts = { installed: { containers: ['ucp-kv'], volumes: [] } };
      assert.deepEqual(blockers(parts), ['ucp.installed']);
      assert.deepEqual(blockers({ ...parts, answers: { uninstall: '3.2.6' } }), []);
      assert.match(noSafetyBackup(facts(parts)) ?? '', /Only parts/);
    });

    it('warns of volumes that were left', () => {
      const given = { installed: { containers: [], volumes: ['ucp-kv'] } };
      assert.equal(line(given, 'ucp.remains').severity, 'warning');
    });

    it('can not uninstall where there is no manager', () => {
      const given = { ...both, swarm: { state: 'none' } as const };
      assert.deepEqual(line(given, 'ucp.installed').questions, []);
      assert.equal(isUninstallChosen(facts({ ...given, answers: { uninstall: '3.2.5' } })), false);
      assert.ok(blockers({ ...given, answers: { uninstall: '3.2.5' } }).includes('ucp.installed'));
    });
  });

  describe('looks where it is restored', () => {
    for (const [state, code] of [
      ['worker', 'ucp.worker'],
      ['locked', 'ucp.locked'],
      ['noQuorum', 'ucp.noQuorum'],
      ['pending', 'ucp.swarmPending'],
    ] as const) {
      it(`blocks where the engine is "${state}"`, () => {
        assert.deepEqual(blockers({ swarm: { state } }), [code]);
      });
    }

    it('asks in no swarm for an address, and takes no other words', () => {
      const none = { swarm: { state: 'none' } as const };
      assert.deepEqual(blockers(none), ['ucp.noSwarm']);
      const [question] = line(none, 'ucp.noSwarm').questions ?? [];
      assert.deepEqual([question?.answer, question?.value], ['hostAddress', '10.0.0.1']);
      for (const hostAddress of ['10.0.0.9', 'eth0', 'fd00::1']) {
        assert.deepEqual(blockers({ ...none, answers: { hostAddress } }), [], hostAddress);
      }
      for (const hostAddress of ['--force', 'a b', '$(x)']) {
        assert.deepEqual(blockers({ ...none, answers: { hostAddress } }), ['ucp.noSwarm']);
      }
    });

    it('warns of client bundles on another swarm, a new one, and one that is not known', () => {
      const other = { state: 'manager', id: 'swarm2', autolock: false, managers: [] } as const;
      assert.equal(line({ swarm: other }, 'ucp.otherSwarm').severity, 'warning');
      assert.equal(line({ swarm: { state: 'none' } }, 'ucp.otherSwarm').severity, 'warning');
      const unknown = { backup: { version: '3.2.6' } };
      assert.equal(line(unknown, 'ucp.swarmUnknown').severity, 'warning');
    });

    it('asks for the unlock key where autolock is on, and says where it will stand', () => {
      const swarm = { state: 'manager', id: 'swarm1', autolock: true, managers: [] } as const;
      assert.deepEqual(blockers({ swarm }), ['ucp.autolock']);
      assert.equal(line({ swarm }, 'ucp.autolock').asks?.given, false);
      assert.deepEqual(blockers({ swarm, unlockKey: 'wrong' }), ['ucp.autolock']);
      const given = line({ swarm, unlockKey: KEY }, 'ucp.unlockKeyShown');
      assert.match(given.detail ?? '', /docker inspect/);
      assert.equal(
        JSON.stringify(planLines(facts({ swarm, unlockKey: KEY }))).includes(KEY),
        false,
      );
    });

    it('names managers that are not there', () => {
      const managers = [manager(1), manager(2, false)];
      const swarm = { state: 'manager', id: 'swarm1', autolock: false, managers } as const;
      assert.match(line({ swarm }, 'ucp.managersDown').title, /node2/);
      assert.equal(told({ swarm })['ucp.names'], undefined);
    });
  });

  it('asks for the addresses that the certificate does not name', () => {
    const managers = [manager(1), manager(2)];
    const swarm = { state: 'manager', id: 'swarm1', autolock: false, managers } as const;
    const [question] = line({ swarm }, 'ucp.names').questions ?? [];
    assert.deepEqual([question?.answer, question?.value], ['san', '10.0.0.2']);
    const answered = { swarm, answers: { san: '10.0.0.2, ucp.example.com' } };
    assert.match(line(answered, 'ucp.namesAdded').title, /10\.0\.0\.2, ucp\.example\.com$/);
    assert.equal(told(answered)['ucp.names'], undefined);
    assert.deepEqual(blockers({ swarm, answers: { san: '--force' } }), ['ucp.badName']);
  });

  it('warns where the archive looks like another version’s', () => {
    const backup = { version: '3.2.6', instance: 'swarm1', rule: 'older' };
    assert.equal(line({ backup }, 'ucp.ruleDiffers').severity, 'warning');
  });
});
