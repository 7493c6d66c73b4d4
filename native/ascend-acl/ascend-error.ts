/** Every failure of the Ascend backend as one type: what happened, whether it can be recovered, and what to do, in both languages. */
import { describeCode, remedies, type Bilingual, type Recovery, type RemedyId } from './acl-codes';
import type { NativeProblem } from './binding';

export type AscendErrorKind =
  /** a call of ACL failed; `code` and `symbol` say which */
  | 'acl'
  /** a device did not answer in time */
  | 'timeout'
  /** the device failed again after it was rebuilt, or hangs: this process must end */
  | 'device-lost'
  /** aborted by its caller */
  | 'cancelled'
  /** the runner was disposed */
  | 'closed'
  /** refused before any call of ACL: name, type, length, gear or option */
  | 'bad-input'
  /** too many runs are waiting */
  | 'busy'
  /** the .om file is missing, damaged or of a kind that is not served */
  | 'bad-model'
  /** no usable ACL library */
  | 'library'
  /** the addon was not built or does not load */
  | 'addon-missing'
  | 'host-memory'
  | 'internal';

interface Facts {
  readonly code?: number;
  readonly symbol?: string;
  /** what ACL itself said (aclGetRecentErrMsg) */
  readonly recent?: string;
  readonly cause?: unknown;
}

const kindRecovery: Readonly<Record<AscendErrorKind, Recovery>> = {
  acl: 'report',
  timeout: 'rebuild',
  'device-lost': 'restart',
  cancelled: 'none',
  closed: 'none',
  'bad-input': 'fix-call',
  busy: 'retry',
  'bad-model': 'fix-model',
  library: 'environment',
  'addon-missing': 'environment',
  'host-memory': 'free-and-retry',
  internal: 'report',
};

const kindRemedy: Readonly<Record<AscendErrorKind, RemedyId>> = {
  acl: 'report',
  timeout: 'timeout',
  'device-lost': 'restart',
  cancelled: 'none',
  closed: 'none',
  'bad-input': 'fix-call',
  busy: 'busy',
  'bad-model': 'fix-model',
  library: 'library',
  'addon-missing': 'addon',
  'host-memory': 'memory',
  internal: 'report',
};

export class AscendError extends Error {
  readonly kind: AscendErrorKind;
  /** ACL's code; null for failures of our own */
  readonly code: number | null;
  /** the call that failed, as `aclmdlExecuteAsync` */
  readonly symbol: string | null;
  readonly meaning: Bilingual;
  readonly remedy: Bilingual;
  readonly recovery: Recovery;
  readonly recent: string;

  constructor(kind: AscendErrorKind, meaning: Bilingual, facts: Facts = {}) {
    const described = kind === 'acl' && facts.code !== undefined ? describeCode(facts.code) : null;
    super(messageOf(meaning, facts), facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = 'AscendError';
    this.kind = kind;
    this.code = facts.code ?? null;
    this.symbol = facts.symbol ?? null;
    this.meaning = meaning;
    this.recent = facts.recent ?? '';
    this.recovery = described?.recovery ?? kindRecovery[kind];
    this.remedy = described?.remedy ?? remedies[kindRemedy[kind]];
  }

  /** Whether going on in this process makes sense: the run may be tried again, or the next one may succeed. */
  get recoverable(): boolean {
    return this.recovery === 'retry' || this.recovery === 'free-and-retry' || this.recovery === 'rebuild' || this.recovery === 'ignore';
  }
}

function messageOf(meaning: Bilingual, { code, symbol, recent }: Facts): string {
  const call = symbol ? ` (${symbol} returned ${code ?? 0})` : '';
  return `${meaning.en}${call}${recent ? `: ${recent.trim()}` : ''}`;
}

/** The typed error of a code that a call returned. */
export function aclError(code: number, symbol: string, recent: string): AscendError {
  return new AscendError('acl', describeCode(code).meaning, { code, symbol, recent });
}

function isNativeProblem(error: unknown): error is NativeProblem {
  return error instanceof Error && 'kind' in error && 'symbol' in error;
}

/** The typed error of anything that the addon threw or rejected with. */
export function toAscendError(error: unknown): AscendError {
  if (error instanceof AscendError) return error;
  if (!isNativeProblem(error)) {
    const text = error instanceof Error ? error.message : String(error);
    return new AscendError('internal', { en: text, zh: `内部错误：${text}` }, { cause: error });
  }
  switch (error.kind) {
    case 'acl':
      return aclError(error.code, error.symbol, error.detail);
    case 'timeout':
      return new AscendError('timeout', { en: 'the device did not answer in time', zh: '设备未在规定时间内响应' });
    case 'unsupported-model':
      return new AscendError('bad-model', { en: error.detail, zh: `不支持该模型：${error.detail}` });
    case 'host-memory':
      return new AscendError('host-memory', { en: 'this computer is out of memory', zh: '主机内存不足' });
    case 'busy':
      return new AscendError('busy', { en: error.detail, zh: '设备忙' });
    case 'dropped':
    case 'closed':
      return new AscendError('closed', { en: error.detail, zh: '模型已关闭或设备已复位' });
    case 'internal':
      return new AscendError('internal', { en: error.detail, zh: `内部错误：${error.detail}` });
  }
}
