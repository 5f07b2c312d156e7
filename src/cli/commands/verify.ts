import type { Command } from 'commander';
import { fromErrorInfo } from '../../core/errors';
import { cliErrors } from '../cliErrors';
import type { WithCli } from '../program';
import { chooseSource, decryptionOf } from '../source';
import { SOURCE_HELP, sourceDocument, withDecryptionOptions } from '../sourceOptions';
import type { DecryptionOptions } from '../sourceOptions';
import { bytesText, countText, holdsText } from '../words';
import { verifyDue } from './verifyDue';

interface Options extends DecryptionOptions {
  due?: boolean;
  all?: boolean;
}

export function verifyCommand(program: Command, withCli: WithCli): void {
  withDecryptionOptions(
    program
      .command('verify')
      .description('read a backup to its end: checksums, every record, counts')
      .argument('[source]', `${SOURCE_HELP}; with --due the name of a cluster`)
      .option('--due', 'check now what is due by the policy of a cluster')
      .option('--all', 'with --due: of every cluster that has one'),
  ).action(
    withCli<Options>(async (cli, [text], options) => {
      const { due, all } = options;
      if (due) return verifyDue(cli, text, all === true);
      if (text === undefined || all) {
        throw cliErrors.usage({
          message: all ? '--all goes with --due.' : 'Nothing to verify was named.',
          next: 'Name a backup or a file, or give --due and a cluster.',
        });
      }
      const source = await chooseSource(cli, text);
      const decryption = await decryptionOf(cli, source, options);
      const operations = await cli.operations();
      const result = await operations.verify({ source: source.ref, decryption }, cli.context);
      const { verification, report, encryption, storedSha256, storedBytes, error } = result;
      cli.out.document({
        source: sourceDocument(source),
        verification,
        encryption,
        storedBytes,
        // Of a damaged file only a part was read, and the hash is of that part.
        ...(error === undefined ? { storedSha256 } : {}),
        report,
      });
      if (error !== undefined) {
        cli.out.text(`DAMAGED  ${source.name}\n`);
        throw fromErrorInfo(error);
      }
      const records = report.stats.reduce((sum, row) => sum + row.count, 0);
      const facts = [
        bytesText(storedBytes),
        // A format that knows no records has counts of its own.
        records === 0 ? undefined : countText(records, 'record'),
        holdsText(report.identity.index, report.counts),
      ];
      cli.out.text(`OK  ${source.name}: ${facts.filter((f) => f !== undefined).join(', ')}\n`);
    }),
  );
}
