/** Running .om models on Ascend devices through ACL. */
export { describeCode, type Bilingual, type Recovery } from './acl-codes';
export { AscendError, type AscendErrorKind } from './ascend-error';
export { AscendOMRunner, type OpenRunnerOptions, type RunOptions } from './ascend-om-runner';
export { AscendPool, type DeviceStats, type OpenPoolOptions } from './ascend-pool';
export { addonPath, loadBinding, probePath } from './binding';
export { doctorText } from './doctor';
export { inspectOmFile, type OmFile } from './om-file';
export { probeAscend, type ProbedDevice, type ProbeReport } from './probe';
export type { Outputs } from './run-queue';
export type { RunnerStats } from './run-stats';
export type { GearChoice, Inputs, InputValue, Tensor, TensorData } from './tensors';
