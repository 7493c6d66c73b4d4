/** What ACL's return codes mean, how to go on after them, and what to tell the user. */
import { codeFamilies } from './acl-code-table';

export interface Bilingual {
  readonly en: string;
  readonly zh: string;
}

export type Recovery =
  /** not a failure */
  | 'ignore'
  /** our call or its arguments are wrong */
  | 'fix-call'
  /** the .om file does not suit this library or chip */
  | 'fix-model'
  /** try once more after memory was freed */
  | 'free-and-retry'
  /** try once more; when that fails too, rebuild */
  | 'retry'
  /** the device is poisoned: reset it and load again, once */
  | 'rebuild'
  /** driver, permissions or installation: use another backend */
  | 'environment'
  /** end this process */
  | 'restart'
  /** nothing sensible is known; show it */
  | 'report'
  /** nobody's fault (cancelled, closed) */
  | 'none';

export type RemedyId =
  | 'fix-call'
  | 'fix-model'
  | 'memory'
  | 'busy'
  | 'timeout'
  | 'device-fault'
  | 'driver'
  | 'permission'
  | 'stub'
  | 'library'
  | 'addon'
  | 'restart'
  | 'overflow'
  | 'report'
  | 'none';

export const remedies: Readonly<Record<RemedyId, Bilingual>> = {
  'fix-call': {
    en: 'This is a fault of the program or of its settings. Please report it with the log.',
    zh: '这是程序或其设置的错误，请附日志反馈。',
  },
  'fix-model': {
    en: 'Check that the file is complete, and convert the model again with ATC for this chip (soc_version) and this CANN version.',
    zh: '请检查模型文件是否完整，并用 ATC 按本机芯片型号（soc_version）和 CANN 版本重新转换。',
  },
  memory: {
    en: 'Close other programs that use the device, choose a smaller batch or fewer slots, and try again.',
    zh: '请关闭占用该设备的其他程序，减小批量或并行数后重试。',
  },
  busy: { en: 'Wait until runs have finished, then try again.', zh: '请等待正在进行的推理完成后重试。' },
  timeout: {
    en: 'Check with `npu-smi info` whether the device is healthy and not overloaded by other programs.',
    zh: '请用 npu-smi info 检查设备状态以及是否被其他程序占满。',
  },
  'device-fault': {
    en: 'The device was reset. If this happens again, look at `npu-smi info` and the plog files, and convert the model again.',
    zh: '设备已复位。若再次发生，请查看 npu-smi info 与 plog 日志，并重新转换模型。',
  },
  driver: {
    en: 'Driver, firmware and CANN must fit together; check `npu-smi info`, the device files and ASCEND_RT_VISIBLE_DEVICES, in a container also its mounts.',
    zh: '驱动、固件与 CANN 版本必须匹配；请检查 npu-smi info、设备文件和 ASCEND_RT_VISIBLE_DEVICES，容器中还需检查挂载。',
  },
  permission: {
    en: 'Add this user to the group HwHiAiUser (owner of /dev/davinci*), sign in again and restart.',
    zh: '请将当前用户加入 HwHiAiUser 用户组（/dev/davinci* 的属组），重新登录后再启动。',
  },
  stub: {
    en: 'A link-time stub of the library was found first. Remove devlib and stub folders from LD_LIBRARY_PATH.',
    zh: '找到的是仅供链接的桩库，请从 LD_LIBRARY_PATH 中移除 devlib 和 stub 目录。',
  },
  library: {
    en: 'Install CANN, run `source <CANN>/set_env.sh` in the shell and start RailScope from it.',
    zh: '请安装 CANN，在终端执行 source <CANN>/set_env.sh 后再从该终端启动本软件。',
  },
  addon: {
    en: 'This build has no Ascend support; install a build that has it, or build it with `npm run build:native`.',
    zh: '当前版本未包含 Ascend 支持，请安装包含它的版本，或执行 npm run build:native 构建。',
  },
  restart: {
    en: 'Restart the inspection; it goes on with the first unfinished image.',
    zh: '请重新启动检测，将从第一张未完成的图像继续。',
  },
  overflow: {
    en: 'Numbers overflowed in the network. Convert the model with a higher precision mode.',
    zh: '网络计算数值溢出，请用更高精度模式重新转换模型。',
  },
  report: {
    en: 'Look at the plog files under ~/ascend/log, and report this with them.',
    zh: '请查看 ~/ascend/log 下的 plog 日志并随日志反馈。',
  },
  none: { en: 'Nothing needs to be done.', zh: '无需处理。' },
};

export interface CodeDescription {
  readonly code: number;
  readonly meaning: Bilingual;
  readonly recovery: Recovery;
  readonly remedy: Bilingual;
}

const byCode: ReadonlyMap<number, CodeDescription> = new Map(
  codeFamilies.flatMap(({ recovery, remedy, codes }) =>
    Object.entries(codes).map(([text, [en, zh]]): [number, CodeDescription] => {
      const code = Number(text);
      return [code, { code, meaning: { en, zh }, recovery, remedy: remedies[remedy] }];
    }),
  ),
);

/** Every code that has an entry of its own. */
export const knownCodes: readonly number[] = [...byCode.keys()];

/** A code's meaning; an unknown one is described by its range and only reported. */
export function describeCode(code: number): CodeDescription {
  const known = byCode.get(code);
  if (known) return known;
  const meaning = { en: `unknown ACL code ${code} (${rangeOf(code).en})`, zh: `未知的 ACL 错误码 ${code}（${rangeOf(code).zh}）` };
  return { code, meaning, recovery: 'report', remedy: remedies.report };
}

function rangeOf(code: number): Bilingual {
  switch (Math.floor(code / 100_000)) {
    case 1:
      return { en: 'usage or environment', zh: '用法或环境' };
    case 2:
      return { en: 'resources', zh: '资源' };
    case 3:
      return { en: 'business', zh: '业务' };
    case 5:
      return { en: 'internal', zh: '内部' };
    default:
      return { en: 'outside the known ranges', zh: '不在已知范围内' };
  }
}
