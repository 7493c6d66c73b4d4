let last = 0;

/** A request id that no other request of this process has, so that jobs can share one inference process. */
export function newRequestId(): number {
  return ++last;
}
