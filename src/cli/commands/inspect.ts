import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { fromErrorInfo } from '../../core/errors';
import { cliErrors } from '../cliErrors';
import type { Inspected } from '../inspection';
import type { WithCli } from '../program';
import { chooseSource, decryptionOf } from '../source';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';
import { fields } from '../table';
import { timeText } from '../words';

interface Options extends DecryptionOptions {
  format?: 'pretty' | 'json';
  kvdetails?: boolean;
  kvdepth?: number;
  kvfilter?: string;
}

export function inspectCommand(program: Command, withCli: WithCli): void {
  withDecryptionOptions(
    program
      .command('inspect')
      .description('print what is in a snapshot, as "consul snapshot inspect" does')
      .argument('<source>', SOURCE_HELP)
      .addOption(
        new Option('--format <format>', 'json: exactly what Consul prints').choices([
          'pretty',
          'json',
        ]),
      )
      .option('--kvdetails', 'sizes of the keys by prefix')
      .option('--kvdepth <n>', 'parts of a key that make a prefix (default: 2)', depth)
      .option('--kvfilter <prefix>', 'only the keys that begin so'),
  ).action(
    withCli<Options>(async (cli, [text = ''], options) => {
      const { out, context } = cli;
      const { kvdetails = false, kvdepth, kvfilter } = options;
      if (!kvdetails && (kvdepth !== undefined || kvfilter !== undefined)) {
        throw cliErrors.usage({
          message: '--kvdepth and --kvfilter need --kvdetails.',
          next: 'Add --kvdetails.',
        });
      }
      const source = await chooseSource(cli, text);
      const inspected = await cli.services.inspect(
        { ...source.ref, location: source.path },
        await decryptionOf(cli, source, options),
        {
          kvDetails: kvdetails,
          ...(kvdepth === undefined ? {} : { kvDepth: kvdepth }),
          ...(kvfilter === undefined ? {} : { kvFilter: kvfilter }),
        },
        context,
      );
      const { damage } = inspected;
      if (options.format === 'json') {
        // A script that reads Consul's object expects a whole one or none.
        if (damage === undefined) out.raw(`${inspected.vendorJson()}\n`);
      } else {
        out.document({ source: sourceDocument(source), ...inspectionDocument(inspected) });
        out.text(inspectionText(inspected, source.path));
      }
      if (damage !== undefined) throw fromErrorInfo(damage);
    }),
  );
}

/** An inspection as `--json` has it. Fields may be added, never changed. */
function inspectionDocument({ encryption, report, keys, damage }: Inspected) {
  return {
    encryption,
    result: damage === undefined ? 'ok' : 'damaged',
    report,
    ...(keys === undefined
      ? {}
      : {
          keys: {
            ...keys,
            rows: keys.rows.map(({ name, count, sum }) => ({ name, count, sum })),
          },
        }),
    ...(damage === undefined
      ? {}
      : { error: { code: damage.code, message: damage.message, next: damage.next } }),
  };
}

function inspectionText(inspected: Inspected, path: string): string {
  const { report, encryption, damage } = inspected;
  const servers = report.servers.map(
    ({ id, address, voter }) => `${address} (${id}${voter ? '' : ', no voter'})`,
  );
  const { time } = report.identity;
  const vendor = inspected.vendorText();
  return (
    (vendor === undefined ? '' : `${vendor}\n\n`) +
    fields([
      [' File', path],
      [' Taken', time === undefined ? undefined : timeText(time)],
      [' Servers', servers.length === 0 ? undefined : servers.join(', ')],
      [
        ' Encrypted',
        encryption === 'openpgp' ? 'OpenPGP' : encryption === 'none' ? 'no' : encryption,
      ],
      [
        ' Checked',
        damage === undefined
          ? 'whole, every record read'
          : 'DAMAGED: only what could be read is shown',
      ],
    ])
  );
}

function depth(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}
