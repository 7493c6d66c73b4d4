import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioBundle, simulatorFile } from './testing/run-scenario';
import { writeIdentityModel } from './testing/sim-models';

const repository = path.resolve(import.meta.dirname, '../..');

/** Starts the scenario in a utility process and leaves when that ends. */
const mainProgram = `const { app, utilityProcess } = require('electron');
app.whenReady().then(() => {
  const [bundle, name, args] = JSON.parse(process.env.RAILSCOPE_SCENARIO);
  const child = utilityProcess.fork(bundle, [name, args], { stdio: 'pipe', serviceName: 'scenario' });
  child.stdout.on('data', (data) => process.stdout.write(data));
  child.stderr.on('data', (data) => process.stderr.write(data));
  child.once('exit', (code) => {
    process.stdout.write('\\nUTILITY-EXIT ' + code + ' ELECTRON ' + process.versions.electron + '\\n');
    app.exit(code === 0 ? 0 : 1);
  });
});
`;

describe('the addon in Electron', () => {
  it('runs in a utility process and leaves nothing behind', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'railscope-electron-'));
    await writeFile(path.join(folder, 'package.json'), JSON.stringify({ name: 'scenario', main: 'main.cjs' }));
    await writeFile(path.join(folder, 'main.cjs'), mainProgram);
    const model = await writeIdentityModel(folder, { elements: 16 });
    const scenario = [await scenarioBundle(), 'life', JSON.stringify({ model, elements: 16 })];
    const { stdout } = spawnSync(process.execPath, [path.join(repository, 'build/scripts/electron-runtime.mjs')], { encoding: 'utf8' });
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const child = spawn('xvfb-run', ['-a', stdout.trim(), ...sandbox, `--user-data-dir=${path.join(folder, 'profile')}`, folder], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        RAILSCOPE_SCENARIO: JSON.stringify(scenario),
        SCENARIO_LIBRARY: simulatorFile('libascendcl.so'),
        ACLSIM_STRICT: '1',
      },
    });
    let output = '';
    child.stdout.on('data', (data: Buffer) => (output += data.toString()));
    child.stderr.on('data', (data: Buffer) => (output += data.toString()));
    const timer = setTimeout(() => child.kill(), 60_000);
    const status = await new Promise((resolve) => child.once('close', resolve));
    clearTimeout(timer);
    await rm(folder, { recursive: true, force: true });
    expect(output).toContain('"values":[0,1,2,3,4,5]');
    expect(output).toMatch(/UTILITY-EXIT 0 ELECTRON \d+/);
    expect(status).toBe(0);
  });
});
