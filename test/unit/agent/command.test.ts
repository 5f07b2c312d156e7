import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../src/compose/agent/command';
import type { HookCommand } from '../../../src/compose/agent/command';
import { OUTPUT_BYTES } from '../../../src/compose/agent/hookOutput';
import { toErrorInfo } from '../../../src/core/errors';
import { waitFor } from '../../../src/sandbox/parts/wait';
import { memoryLog } from './fixtures';

const PATIENCE = { timeoutMs: 30_000 };
const never = new AbortController().signal;

describe('a hook that is a command', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'hook-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const run = async (
    script: string,
    changes: Partial<HookCommand> = {},
    signal: AbortSignal = never,
  ) => {
    const log = memoryLog();
    const hook = {
      command: [process.execPath, '-e', script],
      env: { PATH: process.env.PATH },
      folder,
      timeout: 30_000,
      secrets: [],
      ...changes,
    };
    const failure = await runCommand(hook, log, signal).then(
      () => undefined,
      (error: unknown) => toErrorInfo(error),
    );
    return { failure, lines: log.lines };
  };
  const isAlive = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  const pidIn = (name: string) =>
    waitFor(
      'the hook to run',
      async () => {
        const text = await readFile(join(folder, name), 'utf8').catch(() => '');
        return text === '' ? undefined : Number(text);
      },
      PATIENCE,
    );

  it('gets its arguments as they are, no input, and the folder of the configuration', async () => {
    const script = `
      const input = require('node:fs').readFileSync(0, 'utf8');
      console.log(JSON.stringify([process.argv[1], input, process.cwd()]));`;
    const { failure, lines } = await run('', {
      command: [process.execPath, '-e', script, '$HOME; `id`'],
    });
    assert.equal(failure, undefined);
    const [told] = lines.map((line) => line.replace(/^info node: /, ''));
    const [argument, input, cwd] = JSON.parse(told ?? '') as string[];
    assert.equal(argument, '$HOME; `id`');
    assert.equal(input, '');
    assert.ok(cwd?.endsWith(folder), cwd);
  });

  it('has secrets taken out of what it prints, from both of its outputs', async () => {
    const { lines } = await run(`console.log('one hunter22'); console.error('two hunter22 two')`, {
      secrets: ['hunter22'],
    });
    assert.deepEqual(lines.sort(), ['info node: one •••', 'info node: two ••• two']);
  });

  it('prints as much as it likes, and the beginning of it is kept', async () => {
    const { failure, lines } = await run(
      `for (let i = 0; i < 20000; i++) console.log('0123456789'.repeat(5))`,
    );
    assert.equal(failure, undefined);
    const bytes = lines.join('\n').length;
    assert.ok(bytes > OUTPUT_BYTES && bytes < OUTPUT_BYTES * 1.5, String(bytes));
    assert.match(lines.at(-1) ?? '', /left out/);
  });

  it('has failed with another exit code, or when killed', async () => {
    const three = await run('process.exit(3)');
    assert.equal(three.failure?.code, 'agent.hookFailed');
    assert.match(three.failure.message, /"node" ended with exit code 3\./);
    const killed = await run('process.kill(process.pid, "SIGKILL")');
    assert.match(killed.failure?.message ?? '', /by SIGKILL/);
  });

  it('says which program is not there, and never its arguments', async () => {
    const { failure } = await run('', { command: ['./no-such-hook', 'token=geheim'] });
    assert.equal(failure?.code, 'agent.hookNotStarted');
    assert.match(failure.message, /"no-such-hook" .*ENOENT/);
    assert.ok(!JSON.stringify([failure.message, failure.next]).includes('geheim'));
  });

  /** Starts a grandchild that ignores SIGTERM, and waits itself. */
  const stubborn = `
    const { spawn } = require('node:child_process');
    const { writeFileSync } = require('node:fs');
    const deaf = "process.on('SIGTERM', () => {}); require('node:fs').writeFileSync('deaf', String(process.pid)); setInterval(() => {}, 1000)";
    spawn(process.execPath, ['-e', deaf], { stdio: 'inherit' });
    setInterval(() => {}, 1000);`;

  it('is ended with all that it started when its time is over', async () => {
    // Time for two programs to start on a busy machine: what was not begun yet could not be ended.
    const { failure } = await run(stubborn, { timeout: 6_000, grace: 200 });
    assert.equal(failure?.code, 'agent.hookTimeout');
    const pid = await pidIn('deaf');
    await waitFor('the grandchild to end', () => (isAlive(pid) ? undefined : true), PATIENCE);
  });

  it('is ended with all that it started when cancelled, and not begun after that', async () => {
    const controller = new AbortController();
    const running = run(stubborn, { grace: 200 }, controller.signal);
    const pid = await pidIn('deaf');
    controller.abort();
    assert.equal((await running).failure?.code, 'core.cancelled');
    await waitFor('the grandchild to end', () => (isAlive(pid) ? undefined : true), PATIENCE);
    const after = await run('console.log("ran")', {}, controller.signal);
    assert.equal(after.failure?.code, 'core.cancelled');
    assert.deepEqual(after.lines, []);
  });

  it('is not waited for by what it left running in the background', async () => {
    const { failure } = await run(`
      const { spawn } = require('node:child_process');
      const { writeFileSync } = require('node:fs');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit', detached: true });
      writeFileSync('left', String(child.pid));
      child.unref();
      console.log('done');`);
    assert.equal(failure, undefined);
    const pid = await pidIn('left');
    assert.ok(isAlive(pid), 'what it left running is its own affair');
    process.kill(pid, 'SIGKILL');
  });
});
