/**
 * `npm test [-- STEP …]`: prepares a fresh clone and runs typecheck, lint, unit tests and the end-to-end specs in the
 * real Electron under Xvfb. Ends with "N passed, N failed". Steps: typecheck lint unit native training serving e2e;
 * `screenshots` renews the README's pictures and is run only when named.
 */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildNative } from './build-native.mjs';
import { ensurePythonEnvironment } from './python-env.mjs';
import { ensureBuild, ensurePackages, ensureSystemPackages, main, root, say } from './steps.mjs';

const bin = (name) => path.join(root, 'node_modules/.bin', name);

function execute(command, args, env = {}, cwd = root) {
  const result = spawnSync(command, args, { cwd, stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
  return result.status === 0;
}

const oneResult = (passed) => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

async function vitest(reportFolder, name, config, env = {}) {
  const file = path.join(reportFolder, `${name}.json`);
  const ok = execute(bin('vitest'), ['run', '--config', config, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`], env);
  const report = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  const counts = { passed: report.numPassedTests ?? 0, failed: (report.numFailedTests ?? 0) + (report.numPendingTests ?? 0) };
  return !ok && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** The Ascend addon against the simulator, built plainly and with AddressSanitizer: C++ tests, then vitest in both. */
async function native(reportFolder) {
  ensureSystemPackages([
    ['cmake', 'cmake'],
    ['g++', 'g++'],
    ['ninja', 'ninja-build'],
    // the simulator's model files are JSON
    ['/usr/include/nlohmann/json.hpp', 'nlohmann-json3-dev'],
  ]);
  const total = { passed: 0, failed: 0 };
  const add = (counts) => {
    total.passed += counts.passed;
    total.failed += counts.failed;
  };
  for (const variant of ['release', 'asan']) {
    const folder = buildNative({ variant, tests: true, log: say });
    if (folder === null) return { passed: 0, failed: 1 };
    add(oneResult(execute('ctest', ['--test-dir', folder, '--output-on-failure', '--parallel', '2'])));
    add(await vitest(reportFolder, `native-${variant}`, 'build/vitest.native.config.ts', { RAILSCOPE_NATIVE_VARIANT: variant }));
  }
  return total;
}

const unit = (reportFolder) => vitest(reportFolder, 'unit', 'build/vitest.config.ts');

/** The client for serving clusters against a real third-party server. */
async function serving(reportFolder) {
  const { startTriton } = await import('./triton.mjs');
  const folder = path.join(reportFolder, 'triton');
  await mkdir(folder);
  const triton = await startTriton(folder, 'u2netp-surface');
  try {
    const env = { RAILSCOPE_TRITON_HTTP: triton.httpUrl, RAILSCOPE_TRITON_GRPC: triton.grpcUrl };
    return await vitest(reportFolder, 'serving', 'build/vitest.serving.config.ts', env);
  } finally {
    await triton.stop();
  }
}

/** A private X server even where a display exists, so that tests neither disturb nor depend on a desktop. */
async function playwright(reportFolder, project) {
  const { ensureElectronRuntime } = await import('./electron-runtime.mjs');
  const runtime = await ensureElectronRuntime(say);
  await ensureBuild();
  say(`end-to-end tests in Electron ${runtime.version} (${runtime.source})`);
  const file = path.join(reportFolder, `${project}.json`);
  const env = { RAILSCOPE_ELECTRON: runtime.executable, PLAYWRIGHT_JSON_OUTPUT_FILE: file };
  const command = [bin('playwright'), 'test', '--config', 'build/playwright.config.ts', '--project', project];
  const xvfb = ['-a', '-s', '-screen 0 1920x1200x24', ...command];
  const ok = process.platform === 'linux' ? execute('xvfb-run', xvfb, env) : execute(command[0], command.slice(1), env);
  const { stats = {} } = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
  const counts = { passed: (stats.expected ?? 0) + (stats.flaky ?? 0), failed: (stats.unexpected ?? 0) + (stats.skipped ?? 0) };
  return !ok && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** The Python package: style, types and tests in an environment of its own. */
async function training(reportFolder) {
  const folder = path.join(root, 'models/training');
  const python = await ensurePythonEnvironment('training', path.join(folder, 'requirements.txt'));
  const inPackage = (...args) => execute(python, ['-m', ...args], { OMP_NUM_THREADS: '1' }, folder);
  const checks = [inPackage('ruff', 'check', '.'), inPackage('ruff', 'format', '--check', '.'), inPackage('mypy', 'railscope_training')];
  const file = path.join(reportFolder, 'training.xml');
  const ok = inPackage('pytest', `--junit-xml=${file}`);
  const suite = /<testsuite [^>]*>/.exec(await readFile(file, 'utf8').catch(() => ''))?.[0] ?? '';
  const number = (name) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
  const failed = number('failures') + number('errors') + number('skipped');
  const counts = { passed: number('tests') - failed, failed: !ok && failed === 0 ? 1 : failed };
  for (const passed of checks) counts[passed ? 'passed' : 'failed']++;
  return counts;
}

const steps = {
  typecheck: async () => oneResult(execute(bin('tsc'), ['-b'])),
  lint: async () => oneResult(execute(bin('eslint'), ['--config', 'build/eslint.config.mjs', '--max-warnings', '0', '.'])),
  unit,
  native,
  training,
  serving,
  e2e: (folder) => playwright(folder, 'e2e'),
  screenshots: (folder) => playwright(folder, 'screenshots'),
};
const everyRun = ['typecheck', 'lint', 'unit', 'native', 'training', 'serving', 'e2e'];

await main(async () => {
  const wanted = process.argv.slice(2);
  const unknown = wanted.find((name) => !(name in steps));
  if (unknown) {
    say(`unknown step ${unknown}; steps: ${Object.keys(steps).join(' ')}`);
    return 2;
  }
  await ensurePackages();
  ensureSystemPackages([['xvfb-run', 'xvfb'], ['xauth', 'xauth']]);
  await mkdir(path.join(root, '.cache'), { recursive: true });
  const folder = await mkdtemp(path.join(tmpdir(), 'railscope-test-'));
  const total = { passed: 0, failed: 0 };
  for (const name of wanted.length > 0 ? wanted : everyRun) {
    say(`\n── ${name}`);
    const startMs = Date.now();
    const counts = await steps[name](folder);
    say(`── ${name}: ${counts.passed} passed, ${counts.failed} failed (${((Date.now() - startMs) / 1000).toFixed(0)} s)`);
    total.passed += counts.passed;
    total.failed += counts.failed;
  }
  await rm(folder, { recursive: true, force: true });
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
});
