import { RailscopeError } from '#shared/errors/railscope-error';
import { isLoopback } from '#shared/loopback';
import type { ServeInfo, ServeInput } from '#shared/ports/serving';
import { exitCodes, type CliContext, type ExitCode } from '../context';

/** `railscope serve`: runs until it is interrupted, then finishes the requests in work. @throws model-*, backend-unavailable, address-unusable, process-gone */
export async function serve(context: CliContext, input: ServeInput, json: boolean): Promise<ExitCode> {
  const { io, t, signal } = context;
  const port = context.ports.startServing();
  const interrupted = new Promise<null>((resolve) => signal.addEventListener('abort', () => resolve(null)));
  try {
    const info = await Promise.race([port.call.start(input), interrupted]);
    if (info === null) return exitCodes.interrupted;
    if (json) io.stdout(`${JSON.stringify(info)}\n`);
    else tell(context, input, info);
    const reason = await Promise.race([port.call.ended(undefined), interrupted]);
    if (reason !== null) throw new RailscopeError('process-gone', `serving process ended: ${reason}`, { process: 'serving', reason });
    io.stderr(`${t('serve.stopping')}\n`);
    await port.call.stop(undefined);
    return exitCodes.done;
  } finally {
    await port.stop();
  }
}

function tell({ io, t }: CliContext, { host, token, tls }: ServeInput, { url, models, failed }: ServeInfo): void {
  for (const { id, engine } of models) {
    const { modelSha256, backend, device, precision } = engine;
    io.stderr(`${t('progress.engine', { model: id, sha256: modelSha256.slice(0, 12), backend, device, precision })}\n`);
  }
  for (const { id, reason } of failed) io.stderr(`${t('serve.modelFailed', { model: id, reason })}\n`);
  if (!isLoopback(host) && !tls) io.stderr(`${t('serve.unencrypted')}\n`);
  io.stdout(`${t(token === null ? 'serve.ready' : 'serve.readyWithToken', { url })}\n`);
}
