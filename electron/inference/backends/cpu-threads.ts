/** How many threads a network should use on this machine's processor. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * Physical cores, no more than the operating system and a container's quota grant (Node 20 does not look at the
 * quota). RAILSCOPE_THREADS overrides it.
 */
export function cpuThreads(root = '/'): number {
  const wanted = Number(process.env.RAILSCOPE_THREADS);
  if (Number.isInteger(wanted) && wanted > 0) return wanted;
  return Math.max(1, Math.min(availableParallelism(), physicalCores(root), containerQuota(root)));
}

/** Hyper-threads of one core share its arithmetic units and only get in each other's way. */
function physicalCores(root: string): number {
  const cores = new Set<string>();
  for (let cpu = 0; ; cpu++) {
    const siblings = read(`${root}sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings_list`);
    if (siblings === null) return cores.size > 0 ? cores.size : Infinity;
    cores.add(siblings);
  }
}

function containerQuota(root: string): number {
  const [quota, period] = (read(`${root}sys/fs/cgroup/cpu.max`) ?? '').split(' ').map(Number);
  return quota && period ? Math.max(1, Math.ceil(quota / period)) : Infinity;
}

function read(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}
