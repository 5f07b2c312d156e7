import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startConsul } from '../../../src/sandbox/parts/consulServer';
import type { RunningConsul } from '../../../src/sandbox/parts/consulServer';
import { temporaryFolder } from '../../../src/sandbox/parts/folders';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { Workplace } from '../cli/support';
import { PATIENCE, startAgent } from './runningAgent';
import type { RunningAgent } from './runningAgent';

/** Three times as many as Node has threads for files. */
const HANGING = 12;

describe('The agent beside dead shares', function () {
  this.timeout(400_000);
  let consul: RunningConsul;
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let at: Workplace;
  let agent: RunningAgent | undefined;

  before(async () => {
    consul = await startConsul();
    folder = await temporaryFolder('dead-shares');
    at = new Workplace(join(folder.path, 'place'));
  });
  after(async () => {
    await agent?.end('SIGKILL');
    await consul.stop();
    await folder.remove();
  });

  /** An agent that makes backups, in which file calls began to hang a moment ago. */
  async function hangingAgent(name: string): Promise<RunningAgent> {
    // What opens a pipe that nobody writes to hangs as in a dead share.
    const pipe = join(folder.path, name);
    await promisify(execFile)('mkfifo', [pipe]);
    const hang = `${pipe}.cjs`;
    await writeFile(
      hang,
      `const { existsSync, open, writeFileSync } = require('node:fs');
       const look = setInterval(() => {
         if (!existsSync(${JSON.stringify(`${pipe}.now`)})) return;
         clearInterval(look);
         for (let i = 0; i < ${HANGING}; i++) open(${JSON.stringify(pipe)}, 'r', () => undefined);
         writeFileSync(${JSON.stringify(`${pipe}.hanging`)}, '');
       }, 20);`,
    );
    const policy = { schedules: [{ interval: '1s', count: 3 }] };
    await at.configure({ prod: { system: 'consul', address: consul.address, policy } });
    const running = startAgent(at, { env: { NODE_OPTIONS: `--require=${hang}` } });
    agent = running;
    await waitFor('a backup', async () => (await done(running)) > 0 || undefined, PATIENCE);
    await writeFile(`${pipe}.now`, '');
    await waitFor('calls that hang', () => existsSync(`${pipe}.hanging`) || undefined, PATIENCE);
    return running;
  }

  const done = async (running: RunningAgent): Promise<number> =>
    (await running.metric('runs_total', '{cluster="prod",result="done"}')) ?? 0;

  it('goes on while more file calls hang than Node has threads for, and ends when it is told to', async () => {
    const running = await hangingAgent('first');
    const before = await done(running);
    // One may have been on its last step, without any more file to ask for.
    const more = async () => (await done(running)) > before + 2 || undefined;
    await waitFor('further backups', more, PATIENCE);
    assert.equal(running.child.exitCode, null);
    await endsAs('SIGKILL', running, () => undefined);
    assert.match(running.said(), /A file call does not come back.*exit code 0/);
  });

  it('ends by further signals, too', async () => {
    const running = await hangingAgent('second');
    await endsAs('SIGTERM', running, () => running.child.kill('SIGTERM'));
  });

  /** Stops an agent, does something again and again, and holds which signal was its end. */
  async function endsAs(
    signal: NodeJS.Signals,
    { child }: RunningAgent,
    again: () => void,
  ): Promise<void> {
    child.kill('SIGTERM');
    const isGone = () => {
      again();
      return child.signalCode !== null || child.exitCode !== null || undefined;
    };
    await waitFor('its end', isGone, { ...PATIENCE, everyMs: 500 });
    assert.equal(child.signalCode, signal);
  }
});
