/** The order that ACL wants, checked on a trace of calls. */
import type { CallLine } from './run-scenario';

/** Calls that may be made without a current context. */
const withoutContext = new Set([
  'aclInit',
  'aclFinalize',
  'aclrtGetDeviceCount',
  'aclrtSetDevice',
  'aclrtResetDevice',
  'aclGetRecentErrMsg',
]);

/** What must not come before (key) any of (values) is over, within one life of one model. */
const teardown: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^aclmdlUnload$/,
    /^(aclmdlDestroyDataset|aclDestroyDataBuffer|aclrtFree|aclmdlDestroyDesc|aclrtFreeHost|aclrtDestroyEvent|aclrtDestroyStream\w*)$/,
  ],
  [/^(aclmdlDestroyDataset|aclDestroyDataBuffer)$/, /^(aclmdlDestroyDesc|aclrtFreeHost|aclrtDestroyEvent|aclrtDestroyStream\w*)$/],
  [/^aclmdlDestroyDesc$/, /^(aclrtFreeHost|aclrtDestroyEvent|aclrtDestroyStream\w*)$/],
  [/^aclrtFreeHost$/, /^(aclrtDestroyEvent|aclrtDestroyStream\w*)$/],
  [/^aclrtDestroyEvent$/, /^aclrtDestroyStream\w*$/],
  [/^aclrtDestroyStream\w*$/, /^aclrtDestroyContext$/],
  [/^aclrtDestroyContext$/, /^aclrtResetDevice\w*$/],
  [/^aclrtResetDevice\w*$/, /^aclFinalize$/],
];

/** @param calls of a process that opened and closed one model, in order @returns what is wrong; empty when all is well */
export function checkLifecycle(calls: readonly CallLine[]): string[] {
  const faults: string[] = [];
  if (calls[0]?.call !== 'aclInit') faults.push(`the first call is ${calls[0]?.call ?? 'none'}`);
  if (calls.at(-1)?.call !== 'aclFinalize') faults.push(`the last call is ${calls.at(-1)?.call ?? 'none'}`);
  for (const { call, context, seq } of calls) {
    if (context === null && !withoutContext.has(call)) faults.push(`${call} (${seq}) without a context`);
  }
  const owners = new Map<string, Set<number>>();
  for (const { context, thread } of calls) {
    if (context !== null) owners.set(context, (owners.get(context) ?? new Set()).add(thread));
  }
  for (const [context, threads] of owners) if (threads.size > 1) faults.push(`context ${context} is used by ${threads.size} threads`);
  const names = calls.map(({ call }) => call);
  for (const [early, late] of teardown) {
    const lastEarly = names.findLastIndex((name) => early.test(name));
    const firstLate = names.findIndex((name) => late.test(name));
    if (lastEarly < 0 || firstLate < 0) faults.push(`no ${lastEarly < 0 ? early.source : late.source}`);
    else if (firstLate < lastEarly) faults.push(`${names[firstLate] ?? ''} before the last ${names[lastEarly] ?? ''}`);
  }
  const drained = names.lastIndexOf('aclrtSynchronizeStreamWithTimeout');
  if (drained < names.lastIndexOf('aclmdlExecuteAsync') || drained > names.indexOf('aclmdlUnload'))
    faults.push('streams were not drained before the unloading');
  return faults;
}
