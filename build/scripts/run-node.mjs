/** `npm run -s railscope -- …` and `npm run -s bench -- …`: makes the build current, then runs dist/node/<program>.mjs in this Node. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureBuild, ensurePackages, main, root } from './steps.mjs';

await main(async () => {
  const [program, ...args] = process.argv.slice(2);
  await ensurePackages();
  await ensureBuild();
  const child = spawn(process.execPath, [path.join(root, 'dist/node', `${program}.mjs`), ...args], { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  return await new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1))));
});
