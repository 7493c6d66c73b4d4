/** A text that a user with an Ascend card can send back: everything that decides whether the card can be used. */
import { hostname, release } from 'node:os';
import { addonPath, probePath } from './binding';
import { environmentScripts } from './library-search';
import type { ProbeReport, ProbedDevice } from './probe';

const shownVariables = [
  'ASCEND_HOME_PATH',
  'ASCEND_TOOLKIT_HOME',
  'ASCEND_OPP_PATH',
  'ASCEND_RT_VISIBLE_DEVICES',
  'LD_LIBRARY_PATH',
  'ASCEND_OM_ACL_LIB',
] as const;

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
const or = (value: string | null | undefined, otherwise = '-'): string =>
  value === null || value === undefined || value === '' ? otherwise : value;

/** @param env the environment to report about; only variables of Ascend are shown */
export function doctorText(report: ProbeReport, env: NodeJS.ProcessEnv = process.env): string {
  const { driver, load } = report;
  const lines = [
    'RailScope Ascend doctor / Ascend 诊断',
    '',
    `host / 主机               ${hostname()}, ${process.platform} ${process.arch}, kernel ${release()}, Node ${process.versions.node}`,
    `addon / 插件              ${or(addonPath(), 'not built / 未构建')}`,
    `probe / 探测程序          ${or(probePath(), 'not built / 未构建')}`,
    `device files / 设备文件   ${driver.deviceNodes.map((id) => `/dev/davinci${id}`).join(' ') || '-'}${driver.hasManager ? ' /dev/davinci_manager' : ''}`,
    `no permission / 无权限    ${driver.forbidden.join(' ') || '-'}`,
    `driver / 驱动             ${or(driver.driverVersion)} (${or(driver.driverPath)})`,
    `npu-smi                   ${or(driver.npuSmi)}`,
    `CANN                      ${or(report.cannVersion)} (ACL ${or(report.aclVersion)})`,
    `set_env.sh                ${environmentScripts().join(' ') || '-'}`,
    ...shownVariables.map((name) => `${name.padEnd(25)} ${or(env[name])}`),
    '',
    'library / ACL 库',
    ...(load?.attempts ?? []).map(
      ({ outcome, origin, path, detail }) => `  ${outcome.padEnd(16)} ${path} (${origin})${detail ? `: ${detail}` : ''}`,
    ),
    `  used / 使用             ${load?.libraries.join(', ') || '-'}`,
    `  missing symbols / 缺失  ${load?.missingRequired.join(', ') || '-'}`,
    `  without / 可选缺失      ${load?.missingOptional.join(', ') || '-'}`,
    '',
    'devices / 设备',
    ...report.devices.map(deviceLine),
    '',
    report.reason === null ? 'result / 结论: usable / 可用' : `result / 结论: not usable / 不可用: ${report.reason}`,
  ];
  return `${lines.join('\n')}\n`;
}

function deviceLine({ deviceId, socName, freeBytes, totalBytes, sharedMemory, failure }: ProbedDevice): string {
  if (failure) return `  ${deviceId}  ${failure.symbol} returned ${failure.code}: ${failure.detail.trim()}`;
  return `  ${deviceId}  ${or(socName)}  ${gib(freeBytes)} free of ${gib(totalBytes)}${sharedMemory ? ', shared with the host' : ''}`;
}
