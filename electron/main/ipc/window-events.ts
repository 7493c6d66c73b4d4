/** What main tells the window unasked. */
import { events, type EventName, type EventPayload } from '#shared/ipc/contract';

export interface WindowEvents {
  send<E extends EventName>(event: E, payload: EventPayload<E>): void;
}

/**
 * @param deliver hands one message to the window; does nothing while there is none
 * @param checked parse every payload against the contract first (development and tests: our own payloads are not distrusted)
 */
export function createWindowEvents(deliver: (event: EventName, payload: unknown) => void, checked: boolean): WindowEvents {
  return {
    send(event, payload) {
      deliver(event, checked ? events[event].parse(payload) : payload);
    },
  };
}
