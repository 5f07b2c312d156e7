// What `npm test` runs, from a fresh clone on: `node test/run.mjs [STEP …]`, all steps when none is named.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { ensureInstalled, root } from '../src/sandbox/install.mjs';

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const minute = 60_000;
const strict = ['1', 'true'].includes(process.env.CI ?? '');

const npmRun = (script) => ({ program: npm, args: ['run', '--silent', script] });
const node = (...args) => ({ program: process.execPath, args });
const mocha = (timeout, ...folders) =>
  node(
    join('node_modules', 'mocha', 'bin', 'mocha.js'),
    '--reporter',
    join('out', 'test', 'support', 'reporter.js'),
    '--timeout',
    String(timeout),
    ...folders.map((folder) => `out/test/${folder}/**/*.test.js`),
  );

// `counts`: the step runs tests, and none having run is a failure.
const steps = [
  { name: 'build', title: 'Build', commands: [node('esbuild.mjs')], limit: 5 * minute },
  { name: 'typecheck', title: 'Type check', commands: [npmRun('typecheck')], limit: 10 * minute },
  { name: 'lint', title: 'Lint and layout', commands: [npmRun('lint')], limit: 10 * minute },
  {
    name: 'unit',
    title: 'Unit and contract tests',
    commands: [mocha(10_000, 'unit', 'contract')],
    counts: true,
    limit: 10 * minute,
  },
  {
    name: 'integration',
    title: 'Integration tests against real parts',
    commands: [mocha(minute, 'integration')],
    counts: true,
    limit: 60 * minute,
  },
  {
    name: 'package',
    title: 'Package',
    commands: [npmRun('package'), mocha(10_000, 'package')],
    counts: true,
    limit: 10 * minute,
  },
  {
    name: 'host',
    title: 'Tests in the extension host of the real VS Code',
    commands: [node(join('out', 'test', 'host', 'launch.js'))],
    counts: true,
    limit: 20 * minute,
  },
  {
    name: 'e2e',
    title: 'The packaged extension in the real VS Code, as a person would use it',
    commands: [mocha(3 * minute, 'e2e')],
    counts: true,
    limit: 30 * minute,
  },
];

let running;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    running?.kill('SIGTERM');
    process.exitCode = 1;
    // The program that runs ends what it started; this one waits for it.
    setTimeout(() => process.exit(1), 15_000).unref();
    running?.once('exit', () => process.exit(1));
    if (running === undefined) process.exit(1);
  });
}

/** Runs one program of a step and says how it ended; undefined for a good end. */
async function runCommand({ program, args }, limit, env) {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  running = child;
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGTERM');
    setTimeout(() => child.kill('SIGKILL'), 15_000).unref();
  }, limit);
  const end = await new Promise((done) => {
    child.once('error', (error) => done(error.message));
    child.once('exit', (code, signal) => done(code ?? signal));
  });
  clearTimeout(timer);
  running = undefined;
  if (late) return `not done after ${limit / minute} minutes`;
  return end === 0 ? undefined : `ended with ${end}`;
}

async function runStep(step, folder) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const file = join(folder, `${step.name}.json`);
  let problem;
  for (const command of step.commands) {
    problem = await runCommand(command, step.limit, { CLUSTER_BACKUP_TEST_COUNTS: file });
    if (problem !== undefined) break;
  }
  if (step.counts) {
    const left = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
    Object.assign(counts, left);
    if (counts.passed + counts.failed === 0) problem ??= 'ran no test';
  }
  // A step that failed without a failed test counts as one.
  if (problem !== undefined && counts.failed === 0) counts.failed = 1;
  if (strict && counts.skipped > 0) {
    problem ??= `${counts.skipped} skipped, which CI does not allow`;
    counts.failed += counts.skipped;
  }
  return { ...counts, problem };
}

const chosen = process.argv.slice(2);
for (const name of chosen) {
  if (steps.some((step) => step.name === name)) continue;
  console.error(`No step is called ${name}; there are ${steps.map((s) => s.name).join(', ')}.`);
  process.exit(2);
}
const isChosen = ({ name }) => chosen.length === 0 || name === 'build' || chosen.includes(name);

await ensureInstalled();
const folder = await mkdtemp(join(tmpdir(), 'cluster-backup-counts-'));
const results = [];
for (const step of steps.filter(isChosen)) {
  console.log(`\n=== ${step.title}`);
  const began = Date.now();
  const result = await runStep(step, folder);
  const seconds = Math.round((Date.now() - began) / 1000);
  results.push({ step, seconds, ...result });
  if (result.problem !== undefined) console.log(`--- ${step.title}: ${result.problem}`);
  if (step.name === 'build' && result.problem !== undefined) break;
}
await rm(folder, { recursive: true, force: true });

console.log('\n=== All steps');
const total = { passed: 0, failed: 0, skipped: 0 };
for (const result of results) {
  const { step, seconds, problem, ...counts } = result;
  for (const kind of Object.keys(total)) total[kind] += counts[kind];
  const tests = step.counts ? `${counts.passed} passed, ${counts.failed} failed` : '';
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
  const state = problem === undefined ? 'ok' : 'FAILED';
  console.log(
    `${state.padEnd(7)}${step.name.padEnd(12)}${`${seconds} s`.padStart(6)}  ${tests}${skipped}`,
  );
}
for (const { step, failures = [] } of results) {
  for (const failure of failures) console.log(`\nFAILED in ${step.name}: ${failure}`);
}
const failed = total.failed > 0 || results.some(({ problem }) => problem !== undefined);
process.exitCode = failed ? 1 : 0;
console.log(`\n${total.passed} passed, ${total.failed} failed`);
