/**
 * Notices a process that hangs. While calls are open it is asked for a sign of life again and again; a process that
 * stays silent (its thread is stuck in a driver), or that answers but finishes none of its calls, is restarted.
 */
import { hostTimers, type Timers } from '#shared/jobs/timers';

export interface WatchdogOptions {
  /** a call that does nothing and is answered as soon as the process is free */
  ping(): Promise<unknown>;
  restart(reason: string): void;
  pingEveryMs?: number;
  /** longest silence */
  silentMs?: number;
  now?: () => number;
  timers?: Timers;
}

export interface Watchdog {
  /**
   * Watches while `work` is open.
   * @param allowanceMs longest time without any finished call while this one is open; unlimited until it is known
   */
  watch<T>(work: Promise<T>, allowanceMs: number | Promise<number>): Promise<T>;
}

const defaultPingEveryMs = 5_000;
const defaultSilentMs = 120_000;

export function createWatchdog(options: WatchdogOptions): Watchdog {
  const { pingEveryMs = defaultPingEveryMs, silentMs = defaultSilentMs, now = Date.now, timers = hostTimers } = options;
  const open = new Set<{ allowanceMs: number }>();
  let answeredMs = 0;
  let finishedMs = 0;
  let pinging = false;
  let timer: unknown = null;

  const begin = (): void => {
    answeredMs = finishedMs = now();
    timer = timers.setTimeout(check, pingEveryMs);
  };

  const check = (): void => {
    timer = null;
    if (open.size === 0) return;
    const allowanceMs = Math.max(...[...open].map((call) => call.allowanceMs));
    if (now() - answeredMs > silentMs) restart(`no answer for ${Math.round((now() - answeredMs) / 1000)} s`);
    else if (now() - finishedMs > allowanceMs) restart(`nothing finished for ${Math.round((now() - finishedMs) / 1000)} s`);
    else ping();
    timer = timers.setTimeout(check, pingEveryMs);
  };

  const ping = (): void => {
    if (pinging) return;
    pinging = true;
    const settle = (): void => {
      pinging = false;
      answeredMs = now();
    };
    options.ping().then(settle, settle);
  };

  const restart = (reason: string): void => {
    answeredMs = finishedMs = now();
    options.restart(reason);
  };

  return {
    async watch(work, allowanceMs) {
      const call = { allowanceMs: Infinity };
      void Promise.resolve(allowanceMs).then((known) => (call.allowanceMs = known));
      if (open.size === 0 && timer === null) begin();
      else if (open.size === 0) answeredMs = finishedMs = now();
      open.add(call);
      try {
        return await work;
      } finally {
        open.delete(call);
        answeredMs = finishedMs = now();
      }
    },
  };
}
