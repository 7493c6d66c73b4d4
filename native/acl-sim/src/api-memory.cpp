/** Device and host memory, copies. */
#include "call.hpp"
#include "copy.hpp"

using namespace aclsim;

namespace {

aclError allocate(void **made, size_t bytes) {
  Simulator &sim = simulator();
  if (made == nullptr) return invalidArgument("devPtr");
  if (bytes == 0) return invalidArgument("size (0)");
  return sim.memory.allocateDevice(sim.currentContext()->deviceId, bytes, made);
}

bool knownPolicy(aclrtMemMallocPolicy policy) { return policy >= ACL_MEM_MALLOC_HUGE_FIRST && policy <= ACL_MEM_MALLOC_HUGE1G_ONLY_P2P; }

aclError allocateWithPolicy(void **made, size_t bytes, aclrtMemMallocPolicy policy) {
  if (!knownPolicy(policy)) return invalidArgument("policy");
  const bool p2p = policy >= ACL_MEM_MALLOC_HUGE_FIRST_P2P && policy <= ACL_MEM_MALLOC_NORMAL_ONLY_P2P;
  if (p2p && simulator().config.rcMode) return 207000;
  return allocate(made, bytes);
}

Copy copyOf(void *destination, const void *source, size_t count, aclrtMemcpyKind kind) {
  return {destination, source, count, kind, simulator().currentContext()->deviceId};
}

Fields copyArguments(const void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind) {
  return arguments().add("dst", dst).add("destMax", destMax).add("src", src).add("count", count).add("kind", directionName(kind));
}

/** The host's side of a copy that must be pinned to overlap. */
bool pinned(const Copy &copy) {
  Memory &memory = simulator().memory;
  if (copy.kind == ACL_MEMCPY_HOST_TO_DEVICE) return memory.isPinned(copy.source, copy.count);
  if (copy.kind == ACL_MEMCPY_DEVICE_TO_HOST) return memory.isPinned(copy.destination, copy.count);
  return true;
}

}  // namespace

extern "C" {

aclError aclrtMalloc(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
  return call("aclrtMalloc", context, arguments().add("size", size).add("policy", policy), [&] { return allocateWithPolicy(devPtr, size, policy); });
}

aclError aclrtMallocAlign32(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
  return call("aclrtMallocAlign32", context, arguments().add("size", size).add("policy", policy),
              [&] { return allocateWithPolicy(devPtr, size, policy); });
}

aclError aclrtMallocCached(void **devPtr, size_t size, aclrtMemMallocPolicy policy) {
  return call("aclrtMallocCached", context, arguments().add("size", size).add("policy", policy),
              [&] { return allocateWithPolicy(devPtr, size, policy); });
}

aclError aclrtFree(void *devPtr) {
  return call("aclrtFree", context | release, arguments().add("devPtr", devPtr),
              [&] { return devPtr == nullptr ? invalidArgument("devPtr") : simulator().memory.release(devPtr, Space::device); });
}

aclError aclrtMallocHost(void **hostPtr, size_t size) {
  return call("aclrtMallocHost", context, arguments().add("size", size), [&] {
    if (hostPtr == nullptr) return invalidArgument("hostPtr");
    if (size == 0) return invalidArgument("size (0)");
    return simulator().memory.allocatePinned(size, hostPtr);
  });
}

aclError aclrtFreeHost(void *hostPtr) {
  return call("aclrtFreeHost", context | release, arguments().add("hostPtr", hostPtr),
              [&] { return hostPtr == nullptr ? invalidArgument("hostPtr") : simulator().memory.release(hostPtr, Space::pinned); });
}

aclError aclrtMemcpy(void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind) {
  return call("aclrtMemcpy", context, copyArguments(dst, destMax, src, count, kind), [&] {
    Copy copy = copyOf(dst, src, count, kind);
    if (const aclError code = checkCopy(copy, destMax, false)) return code;
    return runCopy(copy, nullptr);
  });
}

aclError aclrtMemcpyAsync(void *dst, size_t destMax, const void *src, size_t count, aclrtMemcpyKind kind, aclrtStream handle) {
  Fields args = copyArguments(dst, destMax, src, count, kind);
  args.add("stream", handle);
  return call("aclrtMemcpyAsync", context, std::move(args), [&] {
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (!stream) return code;
    Copy copy = copyOf(dst, src, count, kind);
    code = checkCopy(copy, destMax, true);
    if (code != 0) return code;
    Task task;
    task.details = arguments().add("direction", directionName(copy.kind)).add("bytes", count).add("dst", dst).add("src", src);
    task.run = [copy](Stream &on) { return runCopy(copy, &on); };
    uint64_t ordinal = 0;
    code = stream->enqueue(std::move(task), &ordinal);
    if (code != 0 || pinned(copy)) return code;
    // pageable memory cannot be read behind the caller's back
    stream->await(ordinal, -1);
    return 0;
  });
}

aclError aclrtMemset(void *devPtr, size_t maxCount, int32_t value, size_t count) {
  return call("aclrtMemset", context, arguments().add("devPtr", devPtr).add("maxCount", maxCount).add("count", count), [&] {
    if (devPtr == nullptr || count > maxCount) return invalidParameter("devPtr or count");
    const aclError code = runFill(devPtr, value, count, simulator().currentContext()->deviceId, nullptr);
    return code == 0 ? 0 : 107000;
  });
}

aclError aclrtMemsetAsync(void *devPtr, size_t maxCount, int32_t value, size_t count, aclrtStream handle) {
  return call("aclrtMemsetAsync", context, arguments().add("devPtr", devPtr).add("count", count).add("stream", handle), [&] {
    if (devPtr == nullptr || count > maxCount) return invalidParameter("devPtr or count");
    aclError code = 0;
    const auto stream = simulator().streamFor(handle, code);
    if (!stream) return code;
    Task task;
    task.details = arguments().add("bytes", count);
    task.run = [devPtr, value, count](Stream &on) { return runFill(devPtr, value, count, on.deviceId, &on); };
    return stream->enqueue(std::move(task));
  });
}

aclError aclrtMemcpy2d(void *dst, size_t dpitch, const void *src, size_t spitch, size_t width, size_t height, aclrtMemcpyKind kind) {
  return call("aclrtMemcpy2d", context, copyArguments(dst, dpitch, src, width * height, kind), [&] {
    if (width > dpitch || width > spitch || height == 0) return invalidParameter("width or pitch");
    for (size_t row = 0; row < height; ++row) {
      Copy copy = copyOf(static_cast<uint8_t *>(dst) + row * dpitch, static_cast<const uint8_t *>(src) + row * spitch, width, kind);
      if (const aclError code = checkCopy(copy, dpitch, false)) return code;
      if (const aclError code = runCopy(copy, nullptr)) return code;
    }
    return 0;
  });
}

aclError aclrtHostRegister(void *ptr, uint64_t size, aclrtHostRegisterType type, void **devPtr) {
  return call("aclrtHostRegister", context, arguments().add("ptr", ptr).add("size", size).add("type", type), [&] {
    if (ptr == nullptr || devPtr == nullptr || size == 0) return invalidArgument("ptr");
    const aclError code = simulator().memory.registerHost(ptr, size);
    if (code == 0) *devPtr = ptr;
    return code;
  });
}

aclError aclrtHostUnregister(void *ptr) {
  return call("aclrtHostUnregister", context | release, arguments().add("ptr", ptr),
              [&] { return ptr == nullptr ? invalidArgument("ptr") : simulator().memory.release(ptr, Space::registered); });
}

aclError aclrtPointerGetAttributes(const void *ptr, aclrtPtrAttributes *) {
  return call("aclrtPointerGetAttributes", context, arguments().add("ptr", ptr), [] { return 207000; });
}

}
