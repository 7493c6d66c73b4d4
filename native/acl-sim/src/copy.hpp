/** Copies and fills: checked when they are asked for and again when they run. */
#pragma once

#include "runtime.hpp"

namespace aclsim {

struct Copy {
  void *destination = nullptr;
  const void *source = nullptr;
  size_t count = 0;
  aclrtMemcpyKind kind = ACL_MEMCPY_DEFAULT;
  int deviceId = 0;
};

/** What the caller gets wrong. @param kind of a DEFAULT copy is decided here. @returns 0, 107000 or 207000 */
aclError checkCopy(Copy &copy, size_t destMax, bool asynchronous);
/** Moves the bytes and takes the model's time. @param stream null when the host does it itself */
aclError runCopy(const Copy &copy, Stream *stream);
aclError runFill(void *address, int value, size_t count, int deviceId, Stream *stream);
/** "h2d", "d2h", "d2d", "h2h" */
const char *directionName(aclrtMemcpyKind kind);

/** Registers an access for the order check; records a data race. @param stream null for the host */
void noteAccess(const Span &span, size_t count, bool writes, Stream *stream, const VectorClock &hostClock);
/** Sleeps model time on a stream or on the calling thread. @returns false when the stream was aborted */
bool takeTime(double microseconds, Stream *stream);

}  // namespace aclsim
