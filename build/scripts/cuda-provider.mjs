/**
 * `npm run cuda:install [-- --from FILE.tgz] [-- --remove]`: puts ONNX Runtime's CUDA provider beside the libonnxruntime
 * of onnxruntime-node, checked by sha256, and says what else the machine needs. Linux x64 only; without a network give
 * the package's file with --from.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, readdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cacheFolder } from './cache-folder.mjs';
import { SetupError, main, root, say } from './steps.mjs';

/** Built for ONNX Runtime 1.29.0, CUDA 13 and cuDNN 9; MIT licence, by Microsoft, packed for a game engine. */
const provider = {
  packageSpec: 'com.github.asus4.onnxruntime.linux-x64-gpu@0.4.9',
  runtimeVersion: '1.29.0',
  tarballSha256: '2b459e0c17f340c92970c10ed86de4f37a3009f93c14053e6ad4334cbb6be412',
  folder: 'package/Plugins/Linux/x64',
  files: {
    'libonnxruntime_providers_cuda.so': '56cf3254b118ad837ccc4ed8f6d1b23504bbf7ef91b34cbc0b289cb7f10b3037',
    'libonnxruntime_providers_shared.so': 'c6a12593396095f5670160e284c35d1700b7708cf3037b7042e2a5200ccae772',
  },
};
/** What the provider is linked with or loads, and where it comes from. */
const libraries = [
  ['libcuda.so.1', 'the NVIDIA driver (580 or newer)'],
  ['libcudart.so.13', 'CUDA 13'],
  ['libcublas.so.13', 'CUDA 13'],
  ['libcublasLt.so.13', 'CUDA 13'],
  ['libcurand.so.10', 'CUDA 13'],
  ['libcufft.so.12', 'CUDA 13'],
  ['libcudnn.so.9', 'cuDNN 9'],
];

const runtimeFolder = path.join(root, 'node_modules/onnxruntime-node/bin/napi-v6/linux/x64');

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

async function requireRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new SetupError('the CUDA provider exists for Linux x64 only');
  const manifest = await readFile(path.join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8').catch(() => null);
  if (manifest === null || !existsSync(path.join(runtimeFolder, 'libonnxruntime.so.1'))) throw new SetupError('onnxruntime-node is not installed: run npm ci first');
  const { version } = JSON.parse(manifest);
  if (version !== provider.runtimeVersion) throw new SetupError(`the provider fits ONNX Runtime ${provider.runtimeVersion}, but ${version} is installed`);
}

async function isInPlace() {
  for (const [name, digest] of Object.entries(provider.files)) {
    const file = path.join(runtimeFolder, name);
    if (!existsSync(file) || (await sha256(file)) !== digest) return false;
  }
  return true;
}

/** The package's file: the one that was given, the cached one, or a new download. */
async function tarball(given) {
  if (given !== null) {
    if (!(await stat(given).catch(() => null))?.isFile()) throw new SetupError(`there is no file ${given}`);
    return checked(given);
  }
  const cached = path.join(cacheFolder(), 'onnxruntime-cuda-provider-0.4.9.tgz');
  if (existsSync(cached)) return checked(cached);
  const work = await mkdtemp(path.join(tmpdir(), 'railscope-cuda-'));
  try {
    say(`fetching ${provider.packageSpec} from the package registry (about 150 MB, once) …`);
    const packed = spawnSync('npm', ['pack', provider.packageSpec, '--silent', '--pack-destination', work], { stdio: ['ignore', 'ignore', 'inherit'] });
    const name = (await readdir(work)).find((entry) => entry.endsWith('.tgz'));
    if (packed.status !== 0 || !name) throw new SetupError('the package could not be fetched. On a machine with a network run\n\n    ' + `npm pack ${provider.packageSpec}\n\nand give the file here with --from FILE.tgz`);
    await checked(path.join(work, name));
    await mkdir(path.dirname(cached), { recursive: true });
    await copyFile(path.join(work, name), `${cached}.${process.pid}`);
    await rename(`${cached}.${process.pid}`, cached);
    return cached;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function checked(file) {
  const digest = await sha256(file);
  if (digest !== provider.tarballSha256) throw new SetupError(`${file} has sha256 ${digest}, expected ${provider.tarballSha256}; nothing was changed`);
  return file;
}

async function install(given) {
  await requireRuntime();
  if (await isInPlace()) say('the CUDA provider is in place already');
  else {
    const packed = await tarball(given);
    const work = await mkdtemp(path.join(tmpdir(), 'railscope-cuda-'));
    try {
      const names = Object.keys(provider.files).map((name) => `${provider.folder}/${name}`);
      if (spawnSync('tar', ['-xzf', path.resolve(packed), ...names], { cwd: work, stdio: 'inherit' }).status !== 0) throw new SetupError('tar could not unpack the provider');
      for (const [name, digest] of Object.entries(provider.files)) {
        const unpacked = path.join(work, provider.folder, name);
        if ((await sha256(unpacked)) !== digest) throw new SetupError(`${name} is not the file that was expected`);
        // a name of its own first: a process that starts now loads the old library or the new one, never half of it
        await copyFile(unpacked, path.join(runtimeFolder, `${name}.${process.pid}`));
        await rename(path.join(runtimeFolder, `${name}.${process.pid}`), path.join(runtimeFolder, name));
      }
    } finally {
      await rm(work, { recursive: true, force: true });
    }
    say(`the CUDA provider is in place: ${runtimeFolder}`);
  }
  sayWhatIsMissing();
}

/** Asks the dynamic linker, with the LD_LIBRARY_PATH of this shell. */
function sayWhatIsMissing() {
  const cached = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' }).stdout ?? '';
  const folders = (process.env.LD_LIBRARY_PATH ?? '').split(path.delimiter).filter(Boolean);
  const missing = libraries.filter(([name]) => !cached.includes(name) && !folders.some((folder) => existsSync(path.join(folder, name))));
  if (missing.length === 0) say('everything else it needs is there; "npm run -s railscope -- devices" tests it');
  else {
    say('it also needs, reachable by the linker or LD_LIBRARY_PATH:');
    for (const [name, origin] of missing) say(`  ${name}: ${origin}`);
    say('then "npm run -s railscope -- devices" tests it');
  }
}

async function remove() {
  let removed = 0;
  for (const name of Object.keys(provider.files)) {
    const file = path.join(runtimeFolder, name);
    if (!existsSync(file)) continue;
    await rm(file);
    removed++;
  }
  say(removed > 0 ? 'the CUDA provider was removed' : 'there was no CUDA provider');
}

await main(async () => {
  const [option, value, ...more] = process.argv.slice(2);
  if (option === '--remove' && value === undefined) return remove();
  if (option === undefined) return install(null);
  if (option === '--from' && value !== undefined && more.length === 0) return install(path.resolve(process.env.INIT_CWD ?? process.cwd(), value));
  say('usage: npm run cuda:install [-- --from FILE.tgz | -- --remove]');
  return 2;
});
