import { startDcosStandIn } from '../../test/standins/dcos/server';
import { SHOP } from '../../test/standins/upsun/sample';
import { startUpsunStandIn } from '../../test/standins/upsun/standIn';

/** A stand-in of a platform that cannot be had here, as a cluster to try things on. */
export interface StandInCluster {
  /** Says what it is, in the tree too. */
  name: string;
  /** Its entry in the configuration. */
  entry: { system: string; address?: string } & Record<string, unknown>;
  /** Where it is, for people. */
  address: string;
  /** What the entry's references name: nothing has to be typed. */
  env: Record<string, string>;
  /** What was asked or answered otherwise than the platform's description says, where it is held against one. */
  violations?: readonly string[];
  stop: () => Promise<void>;
}

/** Milliseconds between two of the five steps of what Upsun's stand-in does: one sees it go on. */
const STEP = 1500;

/** DC/OS with backups of different states; what it does takes some seconds. */
export async function dcosStandIn(): Promise<StandInCluster> {
  const dcos = await startDcosStandIn({ tryOut: true });
  const { user, password } = dcos.admin;
  return {
    name: 'dcos-stand-in',
    entry: {
      system: 'dcos',
      address: dcos.address,
      user,
      password: { env: 'DCOS_STAND_IN_PASSWORD' },
    },
    address: dcos.address,
    env: { DCOS_STAND_IN_PASSWORD: password },
    stop: () => dcos.close(),
  };
}

/**
 * Upsun with a project of two environments of each type, and backups of each kind.
 *
 * @param step milliseconds between two of the five steps of what it does
 */
export async function upsunStandIn(step = STEP): Promise<StandInCluster> {
  const upsun = await startUpsunStandIn({ step });
  // A limit of two: `main` has as many backups made by hand, and the next one takes the place of the older.
  upsun.project(SHOP).settings.data_retention = {
    production: {
      max_backups: 20,
      default_config: { manual_count: 2, schedule: [{ interval: '1d', count: 7 }] },
    },
  };
  return {
    name: 'upsun-stand-in',
    entry: {
      system: 'upsun',
      project: SHOP,
      apiAddress: upsun.apiAddress,
      authAddress: upsun.authAddress,
      token: { env: 'UPSUN_STAND_IN_TOKEN' },
    },
    address: upsun.apiAddress,
    env: { UPSUN_STAND_IN_TOKEN: upsun.apiToken },
    violations: upsun.violations,
    stop: () => upsun.stop(),
  };
}
