import type { ModelMetrics } from '#shared/domain/model';
import type { RemoteAccess } from '#shared/domain/remote-server';
import { exitCodes, type CliContext, type ExitCode } from '../context';
import { InferenceHost } from '../inference-host';

/** `railscope models` */
export async function listModels(context: CliContext, json: boolean): Promise<ExitCode> {
  const { io, t, locale } = context;
  const models = await withInference(context, (host) => host.call.models(undefined));
  if (json) io.stdout(`${JSON.stringify({ models })}\n`);
  else if (models.length === 0) io.stdout(`${t('models.none')}\n`);
  for (const model of json ? [] : models) {
    const { id, architecture, threshold } = model;
    const name = model.name[locale === 'en' ? 'en' : 'zh'];
    const facts = { name, task: t(`task.${model.task}`), precisions: model.precisions.join('/') };
    io.stdout(`${t('models.line', { id, architecture, threshold, ...facts, parameters: (model.parameters / 1e6).toFixed(2) })}\n`);
    for (const metrics of model.metrics) io.stdout(`    ${metrics.dataset} (${metrics.images}): ${figuresOf(metrics)}\n`);
    if (model.error !== null) io.stdout(`    ! ${model.error}\n`);
  }
  return exitCodes.done;
}

/** `railscope devices`. @param remote a server to look at as well */
export async function listDevices(context: CliContext, json: boolean, remote: RemoteAccess | null): Promise<ExitCode> {
  const { io, t } = context;
  const devices = await withInference(context, (host) => host.call.devices({ remote }));
  if (json) {
    io.stdout(`${JSON.stringify({ devices })}\n`);
    return exitCodes.done;
  }
  for (const { backend, available, device, reason, threads } of devices) {
    const facts = [t(available ? 'devices.available' : 'devices.unavailable'), device];
    if (threads !== null) facts.push(t('devices.threads', { threads }));
    if (reason !== null) facts.push(reason);
    io.stdout(`${backend}: ${facts.filter(Boolean).join(', ')}\n`);
  }
  return exitCodes.done;
}

async function withInference<T>(context: CliContext, ask: (host: InferenceHost) => Promise<T>): Promise<T> {
  const host = new InferenceHost(context);
  try {
    return await ask(host);
  } finally {
    await host.stop();
  }
}

function figuresOf(metrics: ModelMetrics): string {
  const figures =
    'pa' in metrics
      ? { PA: metrics.pa, mIoU: metrics.mIoU, mDice: metrics.mDice }
      : { 'box AP': metrics.boxAp, AP50: metrics.boxAp50, 'mask AP': metrics.maskAp, 'mask AP50': metrics.maskAp50 };
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value.toFixed(3)}`)
    .join('  ');
}
