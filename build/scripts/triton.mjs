/**
 * A real NVIDIA Triton on this machine's processor, for tests of the serving protocol. The server's own binaries come
 * from a Python package and are kept with its environment outside the repository.
 */
import { spawn, spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensurePythonEnvironment } from './python-env.mjs';
import { SetupError, ensureSystemPackages, root } from './steps.mjs';

const READY_WITHIN_MS = 90_000;
const STOP_WITHIN_MS = 10_000;
const SHOWN_LINES = 30;

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Triton's model folder for one model of our catalog. */
async function writeRepository(folder, modelId) {
  const model = path.join(root, 'models/catalog', modelId);
  const { input, output, weights } = JSON.parse(await readFile(path.join(model, 'manifest.json'), 'utf8'));
  const onnx = path.join(model, weights.find(({ precision }) => precision === 'fp32').file);
  const config = `backend: "python"
max_batch_size: ${input.batch.maximum}
input [{ name: "${input.name}" data_type: TYPE_FP32 dims: [${input.channels}, ${input.height}, ${input.width}] }]
output [{ name: "${output.name}" data_type: TYPE_FP32 dims: [${output.channels}, ${input.height}, ${input.width}] }]
instance_group [{ kind: KIND_CPU count: 1 }]
parameters: { key: "onnx" value: { string_value: ${JSON.stringify(onnx)} } }
`;
  await mkdir(path.join(folder, modelId, '1'), { recursive: true });
  await writeFile(path.join(folder, modelId, 'config.pbtxt'), config);
  await cp(path.join(root, 'build/serving/model.py'), path.join(folder, modelId, '1/model.py'));
}

/**
 * @param {string} folder an empty one, for the server's files
 * @param {string} modelId of the catalog
 * @returns {Promise<{httpUrl: string, grpcUrl: string, stop: () => Promise<void>}>}
 * @throws SetupError when it cannot be installed or started
 */
export async function startTriton(folder, modelId) {
  if (process.platform !== 'linux' || process.arch !== 'x64') throw new SetupError('the package with Triton exists for Linux x64 only');
  const python = await ensurePythonEnvironment('serving', path.join(root, 'build/serving/requirements.txt'));
  const facts = 'import sys, sysconfig; print(f"{sys.version_info.major}.{sys.version_info.minor}", sysconfig.get_path("purelib"))';
  const [version, sitePackages] = spawnSync(python, ['-c', facts], { encoding: 'utf8' }).stdout.trim().split(' ');
  // what Triton's Python backend is linked with
  ensureSystemPackages([[`libpython${version}.so.1.0`, `libpython${version}`]]);
  const triton = path.join(sitePackages, 'pytriton/tritonserver');
  const backends = path.join(folder, 'backends');
  const repository = path.join(folder, 'repository');
  await cp(path.join(triton, 'backends'), backends, { recursive: true });
  await cp(path.join(triton, `python_backend_stubs/${version}/triton_python_backend_stub`), path.join(backends, 'python/triton_python_backend_stub'));
  await writeRepository(repository, modelId);
  const [httpPort, grpcPort] = [await freePort(), await freePort()];
  const places = ['--model-repository', repository, '--backend-directory', backends];
  const addresses = ['--http-address', '127.0.0.1', '--grpc-address', '127.0.0.1', '--http-port', httpPort, '--grpc-port', grpcPort];
  const server = spawn(path.join(triton, 'bin/tritonserver'), [...places, ...addresses, '--allow-metrics', 'false'].map(String), {
    env: { ...process.env, LD_LIBRARY_PATH: path.join(sitePackages, 'nvidia_pytriton.libs'), RAILSCOPE_SITE_PACKAGES: sitePackages },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [server.stdout, server.stderr]) stream.setEncoding('utf8').on('data', (text) => (output = (output + text).slice(-100_000)));
  const ended = new Promise((resolve) => server.once('close', resolve));
  const stop = async () => {
    server.kill('SIGTERM');
    const kill = setTimeout(() => server.kill('SIGKILL'), STOP_WITHIN_MS);
    await ended;
    clearTimeout(kill);
  };
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  for (const startMs = Date.now(); Date.now() - startMs < READY_WITHIN_MS; await sleep(200)) {
    if (server.exitCode !== null) break;
    const ready = await fetch(`${httpUrl}/v2/health/ready`).catch(() => null);
    if (ready?.ok) return { httpUrl, grpcUrl: `http://127.0.0.1:${grpcPort}`, stop };
  }
  await stop();
  throw new SetupError(`Triton did not start:\n${output.trim().split('\n').slice(-SHOWN_LINES).join('\n')}`);
}
