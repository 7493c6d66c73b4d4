/** `npm start [-- folder]`: prepares whatever is missing and opens the window, on the demo project when no folder is named. */
import { spawn } from 'node:child_process';
import { ensureBuild, ensurePackages, ensureSystemPackages, hasDisplay, main, root, sandboxArguments, say } from './steps.mjs';

await main(async () => {
  await ensurePackages();
  ensureSystemPackages();
  const { ensureElectronRuntime } = await import('./electron-runtime.mjs');
  const runtime = await ensureElectronRuntime(say);
  await ensureBuild();
  const folders = process.argv.slice(2);
  if (!hasDisplay()) {
    say('\nrailscope: no display was found (DISPLAY and WAYLAND_DISPLAY are not set), so the window cannot open.');
    say('Without a display, inspect a folder with:\n\n    npm run -s railscope -- inspect models/demo/images --out out --report report.pdf\n');
    return 1;
  }
  const args = [...sandboxArguments, root, ...(folders.length > 0 ? folders : ['--railscope-demo'])];
  const child = spawn(runtime.executable, args, { stdio: ['ignore', 'ignore', 2], cwd: process.cwd() });
  process.once('SIGINT', () => child.kill('SIGTERM'));
  return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
});
