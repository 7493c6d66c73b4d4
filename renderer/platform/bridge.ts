import type { Bridge } from '#shared/ipc/bridge';
import type { Channel, ChannelInput, ChannelOutput, EventName, EventPayload } from '#shared/ipc/contract';
import { fromErrorInfo } from '#shared/errors/railscope-error';

declare global {
  interface Window {
    readonly railscope: Bridge;
  }
}

/** Calls main. @throws RailscopeError with the code that main answered */
export async function invoke<C extends Channel>(channel: C, input: ChannelInput<C>): Promise<ChannelOutput<C>> {
  const result = await window.railscope.invoke(channel, input);
  if (!result.ok) throw fromErrorInfo(result.error);
  return result.value;
}

/** @returns a function that ends the subscription */
export function onEvent<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void {
  return window.railscope.on(event, listener);
}

export function pathForFile(file: File): string {
  return window.railscope.pathForFile(file);
}
