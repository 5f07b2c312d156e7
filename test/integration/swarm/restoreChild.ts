import { setTimeout as sleep } from 'node:timers/promises';
import type { RestoreChoices } from '../../../src/core/model';
import { Site } from './restoreSite';

/* Restores in a process of its own, so that it can be killed. Prints each phase. */
const [folder = '', host = '', vault = '', id = '', choicesText = '{}'] = process.argv.slice(2);

async function main(): Promise<void> {
  const site = Site.at(folder);
  const ref = { kind: 'backup' as const, vault, id };
  const choices = JSON.parse(choicesText) as RestoreChoices;
  await site.restore(
    ref,
    { host },
    {
      choices,
      progress: ({ phase }) => process.stdout.write(`${phase}\n`),
    },
  );
  await sleep(0);
}

void main();
