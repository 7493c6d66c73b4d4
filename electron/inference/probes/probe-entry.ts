/** Entry of the throw-away process that looks at one device: `probe-child.mjs ort cuda 0`. Answers with one marked line. */
import { writeAnswer, type ProbeAnswer } from './answer';
import { probeOrt } from './ort-probe';

/** Name on the command line → what it does with the rest. A backend that loads a driver adds its probe here. */
const probes: Readonly<Record<string, (args: readonly string[]) => Promise<ProbeAnswer>>> = {
  ort: ([provider, deviceId]) => probeOrt(provider === 'cuda' ? 'cuda' : 'cpu', Number(deviceId ?? 0)),
};

const [name = '', ...args] = process.argv.slice(2);
const answer = (await probes[name]?.(args)) ?? { available: false, device: '', reason: `there is no probe "${name}"` };
// drivers may keep threads: the answer is all that counts
process.stdout.write(writeAnswer(answer), () => process.exit(0));
