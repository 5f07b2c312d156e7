// What `npm test` runs, from a fresh clone on: `node test/run.mjs [STEP …]`, all steps when none is named.
import { spawn } from 'node:child_process';
import { mkdtemp, open, readdir, readFile, rm } from 'node:fs/promises';
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

/** Folders of integration tests; those that start Docker engines take the longest by far. */
const integration = (await readdir(join(root, 'test', 'integration'), { withFileTypes: true }))
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `integration/${name}`);
const isOfEngines = (folder) => /\/(docker|swarm|ucp)$/.test(folder);

// `counts`: the step runs tests, and none having run is a failure. `beside` runs at the same time, told afterwards: most
// of these tests wait for something.
const steps = [
  { name: 'build', title: 'Build', commands: [node('esbuild.mjs')], limit: 5 * minute },
  { name: 'typecheck', title: 'Type check', commands: [npmRun('typecheck')], limit: 10 * minute },
  { name: 'lint', title: 'Lint and layout', commands: [npmRun('lint')], limit: 10 * minute },
  {
    name: 'unit',
    title: 'Unit and contract tests',
    commands: [mocha(minute, 'unit', 'contract')],
    counts: true,
    limit: 10 * minute,
  },
  {
    name: 'integration',
    title: 'Integration tests against real parts',
    commands: [mocha(3 * minute, ...integration.filter((folder) => isOfEngines(folder)))],
    beside: mocha(3 * minute, ...integration.filter((folder) => !isOfEngines(folder))),
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

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    process.exitCode = 1;
    // The programs that run end what they started; this one waits for them.
    setTimeout(() => process.exit(1), 15_000).unref();
    if (running.size === 0) process.exit(1);
    for (const child of running) {
      child.kill('SIGTERM');
      child.once('exit', () => {
        if (running.size === 0) process.exit(1);
      });
    }
  });
}

/** Runs one program of a step and says how it ended; undefined for a good end. @param out a file, or `inherit` */
async function runCommand({ program, args }, limit, env, out = 'inherit') {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, out],
    shell: process.platform === 'win32',
  });
  running.add(child);
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
  running.delete(child);
  if (late) return `not done after ${limit / minute} minutes`;
  return end === 0 ? undefined : `ended with ${end}`;
}

/** Runs a program whose words would get mixed up with those of another; told when `after` is done. */
async function runBeside(command, step, folder, env, after) {
  const path = join(folder, `${step.name}.txt`);
  const out = await open(path, 'w');
  const problem = await runCommand(command, step.limit, env, out.fd);
  await out.close();
  await after;
  process.stdout.write(await readFile(path));
  return problem;
}

async function runStep(step, folder) {
  const counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const files = [join(folder, `${step.name}.json`), join(folder, `${step.name}.beside.json`)];
  const env = files.map((file) => ({ CLUSTER_BACKUP_TEST_COUNTS: file }));
  const first = (async () => {
    for (const command of step.commands) {
      const problem = await runCommand(command, step.limit, env[0]);
      if (problem !== undefined) return problem;
    }
    return undefined;
  })();
  const second = step.beside && runBeside(step.beside, step, folder, env[1], first);
  const problems = [await first, await second];
  let problem = problems.find((each) => each !== undefined);
  if (step.counts) {
    for (const file of step.beside ? files : files.slice(0, 1)) {
      const left = await readFile(file, 'utf8').then(JSON.parse, () => undefined);
      if ((left?.passed ?? 0) + (left?.failed ?? 0) === 0) problem ??= 'ran no test';
      for (const kind of ['passed', 'failed', 'skipped']) counts[kind] += left?.[kind] ?? 0;
      counts.failures.push(...(left?.failures ?? []));
    }
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
