/** Entry of the scenario process: `main.mjs NAME ARGS`. Prints what the scenario returns. */
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { endings } from './endings';
import { faults } from './faults';
import { loads } from './loads';
import type { Scenario } from './scenario';

const scenarios: Readonly<Record<string, Scenario>> = { ...endings, ...faults, ...loads };
const [, , name = '', args = 'null'] = isMainThread
  ? process.argv
  : ['', '', (workerData as { name: string }).name, (workerData as { args: string }).args];
const scenario = scenarios[name];
if (!scenario) throw new Error(`no scenario ${name}`);
const result = await scenario(JSON.parse(args) as never);
if (isMainThread) process.stdout.write(`SCENARIO-RESULT ${JSON.stringify(result ?? null)}\n`);
else parentPort?.postMessage(result);
// Electron's utility processes do not end by themselves
if ('parentPort' in process) process.exit(0);
