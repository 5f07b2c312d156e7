import { STACK_LABEL } from '../layout';
import type { Remainder } from './remainder';
import { some } from './section';
import type { Section, WrittenMap } from './section';
import { IMAGE_LABEL } from './stackLabels';

interface VolumeWords {
  nocopy?: boolean | undefined;
  definition: WrittenMap;
}

/** What a mount says of its volume: in Compose the stack's volume says it. */
function volumeWords(options: Remainder, stack: string): VolumeWords {
  const nocopy = options.flag('NoCopy');
  const labels = options.map('Labels');
  const driver = options.within('DriverConfig', (config) => ({
    driver: config.text('Name'),
    driver_opts: config.map('Options'),
  }));
  if (labels === undefined && driver === undefined) return { nocopy, definition: {} };
  const { [STACK_LABEL]: given, ...own } = labels ?? {};
  if (given !== stack) options.lose('Labels', `without ${STACK_LABEL}, which deploying adds`);
  if (IMAGE_LABEL in own) options.lose('Labels', IMAGE_LABEL);
  const definition = some({
    ...driver,
    labels: Object.keys(own).length === 0 ? undefined : own,
  });
  return { nocopy, definition: definition ?? {} };
}

const EXTERNAL: WrittenMap = { external: true };

function volumeMount(mount: Remainder, stack: string, volumes: Section): WrittenMap {
  const name = mount.text('Source');
  if (name === undefined) return {};
  const says = mount.has('VolumeOptions');
  const words = mount.within('VolumeOptions', (options) => {
    const own = options.has('Labels') || options.has('DriverConfig');
    return { own, ...volumeWords(options, stack) };
  });
  const own = says && words?.own === true;
  return {
    source: volumes.key(name, own ? words.definition : EXTERNAL),
    volume: words?.nocopy === undefined ? undefined : { nocopy: words.nocopy },
  };
}

/** A mount in Compose's long form. Kinds that can't be tried here are left, and so named as a loss. */
export function writeMount(mount: Remainder, stack: string, volumes: Section): WrittenMap {
  const type = mount.text('Type') ?? 'volume';
  const common = {
    target: mount.text('Target'),
    read_only: mount.flag('ReadOnly'),
    consistency: mount.text('Consistency'),
  };
  let own: WrittenMap = {};
  if (type === 'volume') own = volumeMount(mount, stack, volumes);
  else if (type === 'bind') {
    own = {
      source: mount.text('Source'),
      bind: mount.within('BindOptions', (bind) => ({ propagation: bind.text('Propagation') })),
    };
  } else if (type === 'tmpfs') {
    own = { tmpfs: mount.within('TmpfsOptions', (tmpfs) => ({ size: tmpfs.count('SizeBytes') })) };
  } else mount.lose('Type', type);
  return some({ type, ...own, ...common }) ?? {};
}
