import type { Remainder } from './remainder';
import { any, some } from './section';
import type { WrittenMap } from './section';
import { ownLabels } from './stackLabels';
import { firstAddress } from './units';

function subnet(config: Remainder): WrittenMap {
  const range = config.text('Subnet');
  const gateway = config.text('Gateway');
  if (gateway !== undefined && (range === undefined || firstAddress(range) !== gateway)) {
    config.lose('Gateway', 'not the first address, and Compose has no word for another');
  }
  return { subnet: range };
}

/** A stack's own network. */
export function writeNetwork(network: Remainder, stack: string): WrittenMap {
  network.text('Name');
  return (
    some({
      driver: network.text('Driver'),
      driver_opts: network.map('Options'),
      internal: network.flag('Internal'),
      attachable: network.flag('Attachable'),
      labels: ownLabels(network, stack),
      ipam: network.within('IPAM', (ipam) =>
        some({ driver: ipam.text('Driver'), config: any(ipam.each('Config', subnet)) }),
      ),
    }) ?? {}
  );
}
