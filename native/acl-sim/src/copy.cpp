#include "copy.hpp"

#include "call.hpp"

#include <cstring>
#include <thread>

namespace aclsim {

namespace {

constexpr aclError unsupported = 207000;
constexpr aclError streamAborted = 107023;
constexpr aclError badAddress = 507015;

bool toDevice(aclrtMemcpyKind kind) {
  return kind == ACL_MEMCPY_HOST_TO_DEVICE || kind == ACL_MEMCPY_DEVICE_TO_DEVICE || kind == ACL_MEMCPY_HOST_TO_BUF_TO_DEVICE ||
         kind == ACL_MEMCPY_INNER_DEVICE_TO_DEVICE || kind == ACL_MEMCPY_INTER_DEVICE_TO_DEVICE;
}

bool fromDevice(aclrtMemcpyKind kind) {
  return kind == ACL_MEMCPY_DEVICE_TO_HOST || kind == ACL_MEMCPY_DEVICE_TO_DEVICE || kind == ACL_MEMCPY_INNER_DEVICE_TO_DEVICE ||
         kind == ACL_MEMCPY_INTER_DEVICE_TO_DEVICE;
}

/** In RC mode both sides are one memory. */
Span locate(const void *address, size_t count, bool onDevice, int deviceId) {
  Simulator &sim = simulator();
  return onDevice && !sim.config.rcMode ? sim.memory.device(address, count, deviceId) : sim.memory.host(address, count);
}

std::mutex &engineOf(Device &device, aclrtMemcpyKind kind) {
  if (toDevice(kind) && fromDevice(kind)) return device.deviceToDevice;
  return toDevice(kind) ? device.hostToDevice : device.deviceToHost;
}

double copyTimeUs(aclrtMemcpyKind kind, size_t count) {
  const LatencyModel &model = simulator().config.latency;
  if (!model.on) return 0;
  const double rate = toDevice(kind) && fromDevice(kind) ? model.deviceToDevice : toDevice(kind) ? model.hostToDevice : model.deviceToHost;
  return simulator().jittered(model.baseUs + (rate > 0 ? static_cast<double>(count) / rate * 1e6 : 0));
}

}  // namespace

const char *directionName(aclrtMemcpyKind kind) {
  if (toDevice(kind)) return fromDevice(kind) ? "d2d" : "h2d";
  return fromDevice(kind) ? "d2h" : "h2h";
}

void noteAccess(const Span &span, size_t count, bool writes, Stream *stream, const VectorClock &hostClock) {
  if (!span.block || count == 0) return;
  const size_t from = static_cast<size_t>(span.data - span.block->data);
  const size_t id = stream == nullptr ? hostClockId : stream->clockId;
  const VectorClock &clock = stream == nullptr ? hostClock : stream->clock;
  Access access{from, from + count, writes, id, clock.at(id), ""};
  access.what = std::string(writes ? "write" : "read") + " by " + currentCall() + " (call " + std::to_string(threadState().callSeq) + ")";
  const std::string conflict = span.block->accesses.note(std::move(access), clock);
  if (conflict.empty()) return;
  simulator().ledger.violation(misuse::dataRace, std::string(writes ? "write" : "read") + " of the block made by " + span.block->madeBy +
                                                     " (call " + std::to_string(span.block->seq) + ") is not ordered after the " + conflict);
}

bool takeTime(double microseconds, Stream *stream) {
  if (microseconds <= 0) return true;
  if (stream != nullptr) return stream->sleepUs(microseconds);
  std::this_thread::sleep_for(std::chrono::nanoseconds(static_cast<int64_t>(microseconds * 1e3)));
  return true;
}

aclError checkCopy(Copy &copy, size_t destMax, bool asynchronous) {
  Simulator &sim = simulator();
  if (copy.destination == nullptr || copy.source == nullptr) return invalidParameter("dst or src is NULL");
  if (copy.count > destMax) return invalidParameter("count is larger than destMax");
  if (copy.count == 0) sim.ledger.violation(misuse::emptyCopy, "a copy of 0 bytes fails in older libraries");
  if (copy.kind == ACL_MEMCPY_DEFAULT) {
    const bool to = sim.memory.isDevice(copy.destination);
    const bool from = sim.memory.isDevice(copy.source);
    copy.kind = to ? (from ? ACL_MEMCPY_DEVICE_TO_DEVICE : ACL_MEMCPY_HOST_TO_DEVICE)
                   : (from ? ACL_MEMCPY_DEVICE_TO_HOST : ACL_MEMCPY_HOST_TO_HOST);
  }
  if (copy.kind < 0 || copy.kind > ACL_MEMCPY_INTER_DEVICE_TO_DEVICE) return invalidParameter("kind is unknown");
  if (asynchronous && copy.kind == ACL_MEMCPY_HOST_TO_HOST && !sim.config.rcMode) {
    explain("An asynchronous host-to-host copy is not supported.");
    return unsupported;
  }
  if (copy.count == 0) return 0;
  const Span destination = locate(copy.destination, copy.count, toDevice(copy.kind), copy.deviceId);
  const Span source = locate(copy.source, copy.count, fromDevice(copy.kind), copy.deviceId);
  return destination && source ? 0 : 107000;
}

aclError runCopy(const Copy &copy, Stream *stream) {
  Simulator &sim = simulator();
  if (copy.count == 0) return 0;
  const Span destination = locate(copy.destination, copy.count, toDevice(copy.kind), copy.deviceId);
  const Span source = locate(copy.source, copy.count, fromDevice(copy.kind), copy.deviceId);
  if (!destination || !source) return badAddress;
  const VectorClock hostClock = stream == nullptr ? sim.hostClock() : VectorClock();
  noteAccess(source, copy.count, false, stream, hostClock);
  noteAccess(destination, copy.count, true, stream, hostClock);
  const std::lock_guard<std::mutex> busy(engineOf(*sim.device(copy.deviceId), copy.kind));
  if (!takeTime(copyTimeUs(copy.kind, copy.count), stream)) return streamAborted;
  std::memmove(destination.data, source.data, copy.count);
  return 0;
}

aclError runFill(void *address, int value, size_t count, int deviceId, Stream *stream) {
  const Span span = locate(address, count, true, deviceId);
  if (!span) return badAddress;
  noteAccess(span, count, true, stream, stream == nullptr ? simulator().hostClock() : VectorClock());
  std::memset(span.data, value, count);
  return 0;
}

}  // namespace aclsim
