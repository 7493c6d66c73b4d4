import type { Channel, ChannelInput, ChannelOutput, EventName, EventPayload } from './contract';
import type { Result } from './result';

/** The whole of what the preload script shows to the window, as `window.railscope`. */
export interface Bridge {
  invoke<C extends Channel>(channel: C, input: ChannelInput<C>): Promise<Result<ChannelOutput<C>>>;
  /** @returns a function that ends the subscription */
  on<E extends EventName>(event: E, listener: (payload: EventPayload<E>) => void): () => void;
  /** the path behind a dropped file or folder; '' where there is none */
  pathForFile(file: object): string;
}
