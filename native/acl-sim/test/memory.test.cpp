#include <csignal>
#include <cstdint>
#include <cstring>
#include <vector>

#include "machine.hpp"

namespace {

aclError toDevice(void *device, const void *host, size_t bytes) { return aclrtMemcpy(device, bytes, host, bytes, ACL_MEMCPY_HOST_TO_DEVICE); }
aclError toHost(void *host, const void *device, size_t bytes) { return aclrtMemcpy(host, bytes, device, bytes, ACL_MEMCPY_DEVICE_TO_HOST); }

}  // namespace

TEST("device memory: aligned, filled, copied", [] {
  start();
  for (const size_t bytes : {size_t{1}, size_t{63}, size_t{4096}, size_t{3} << 20}) {
    auto *memory = static_cast<uint8_t *>(deviceMemory(bytes));
    EXPECT(reinterpret_cast<uintptr_t>(memory) % 64 == 0);
    std::vector<uint8_t> bytesOut(bytes);
    EXPECT(toHost(bytesOut.data(), memory, bytes) == 0);
    EXPECT(bytesOut == std::vector<uint8_t>(bytes, 0xA5));
    std::vector<uint8_t> given(bytes, 7);
    EXPECT(toDevice(memory, given.data(), bytes) == 0);
    EXPECT(toHost(bytesOut.data(), memory, bytes) == 0);
    EXPECT(bytesOut == given);
    EXPECT(aclrtMemset(memory, bytes, 9, bytes) == 0);
    EXPECT(toHost(bytesOut.data(), memory, bytes) == 0);
    EXPECT(bytesOut == std::vector<uint8_t>(bytes, 9));
    EXPECT(aclrtFree(memory) == 0);
  }
  finish();
});

TEST("the host cannot follow a device pointer", [] {
  EXPECT(statusOf([] {
           start();
           *static_cast<volatile char *>(deviceMemory(64)) = 1;
         }) != 0);
});

TEST("in RC mode it can, and the guards still notice", [] {
  setting("MODE", "rc");
  start();
  aclrtRunMode mode = ACL_HOST;
  EXPECT(aclrtGetRunMode(&mode) == 0 && mode == ACL_DEVICE);
  auto *memory = static_cast<uint8_t *>(deviceMemory(100));
  EXPECT(memory[0] == 0xA5);
  memory[99] = 1;
  EXPECT(violations() == 0);
  memory[101] = 1;
  EXPECT(aclrtFree(memory) == 0);
  EXPECT(violations("canary") == 1);
  EXPECT(statusOf([&] { memory[0] = 1; }) != 0);
  void *shared = nullptr;
  EXPECT(aclrtMalloc(&shared, 8, ACL_MEM_MALLOC_HUGE_FIRST_P2P) == 207000);
});

TEST("pinned memory: guards, and no access once freed", [] {
  start();
  auto *memory = static_cast<uint8_t *>(pinnedMemory(100));
  EXPECT(memory[0] == 0xA5);
  memory[-1] = 3;
  EXPECT(aclrtFreeHost(memory) == 0);
  EXPECT(violations("canary") == 1);
  EXPECT(aclrtFreeHost(memory) == 107000);
  EXPECT(violations("double-free") == 1);
  EXPECT(statusOf([&] { memory[0] = 1; }) != 0);
  void *device = deviceMemory(100);
  EXPECT(toDevice(device, memory, 100) == 107000);
  EXPECT(violations("use-after-free") == 1);
});

TEST("wrong pointers and sizes", [] {
  setting("DEVICES", "2");
  start();
  void *memory = nullptr;
  char host[256] = {};
  EXPECT(aclrtMalloc(&memory, 0, ACL_MEM_MALLOC_HUGE_FIRST) == 100000);
  EXPECT(aclrtMalloc(nullptr, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 100000);
  EXPECT(aclrtFree(nullptr) == 100000);
  memory = deviceMemory(100);
  EXPECT(aclrtMemcpy(memory, 50, host, 51, ACL_MEMCPY_HOST_TO_DEVICE) == 107000);
  EXPECT(violations() == 0);
  EXPECT(toDevice(memory, host, 0) == 0);
  EXPECT(violations("empty-copy") == 1);
  EXPECT(toDevice(memory, host, 101) == 107000);
  EXPECT(violations("out-of-bounds") == 1);
  EXPECT(toDevice(host, host, 10) == 107000);
  EXPECT(toHost(memory, memory, 10) == 107000);
  EXPECT(aclrtFree(static_cast<char *>(memory) + 1) == 107000);
  EXPECT(aclrtFreeHost(memory) == 107000);
  EXPECT(violations("bad-pointer") == 4);
  aclrtContext other = nullptr;
  EXPECT(aclrtCreateContext(&other, 1) == 0);
  EXPECT(toDevice(memory, host, 10) == 107000);
  EXPECT(violations("wrong-context") == 1);
});

TEST("a device has so much memory and no more", [] {
  setting("MEMORY", "1M");
  start();
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, size_t{1} << 20, ACL_MEM_MALLOC_HUGE_FIRST) == 207018);
  EXPECT(aclrtMalloc(&memory, (size_t{1} << 20) - 32, ACL_MEM_MALLOC_HUGE_FIRST) == 0);
  uint32_t id = 0;
  EXPECT(aclmdlLoadFromFile(identityModel(4).c_str(), &id) == 245002);
  EXPECT(aclrtFree(memory) == 0);
  finish();
});

TEST("copies between device blocks, by rows, and with a kind to be found out", [] {
  start();
  void *one = deviceMemory(64);
  void *other = deviceMemory(64);
  std::vector<uint8_t> given(64);
  for (size_t at = 0; at < given.size(); ++at) given[at] = static_cast<uint8_t>(at);
  EXPECT(aclrtMemcpy(one, 64, given.data(), 64, ACL_MEMCPY_DEFAULT) == 0);
  EXPECT(aclrtMemcpy(other, 64, one, 64, ACL_MEMCPY_DEFAULT) == 0);
  std::vector<uint8_t> back(64);
  EXPECT(aclrtMemcpy(back.data(), 64, other, 64, ACL_MEMCPY_DEFAULT) == 0);
  EXPECT(back == given);
  std::vector<uint8_t> columns(16);
  EXPECT(aclrtMemcpy2d(columns.data(), 4, other, 16, 4, 4, ACL_MEMCPY_DEVICE_TO_HOST) == 0);
  EXPECT(columns[5] == 17 && columns[15] == 51);
  EXPECT(aclrtFree(one) == 0);
  EXPECT(aclrtFree(other) == 0);
  finish();
});

TEST("pinned copies read their source when they run, pageable ones before they return", [] {
  setting("FAIL", "aclrtStreamWaitEvent@1=hang:later");
  start();
  aclrtStream stream = newStream();
  aclrtEvent event = newEvent();
  void *device = deviceMemory(16);
  auto *pinned = static_cast<uint8_t *>(pinnedMemory(16));
  std::memset(pinned, 1, 16);
  // the hanging wait holds the copy back
  EXPECT(aclrtStreamWaitEvent(stream, event) == 0);
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  EXPECT(aclrtSynchronizeStreamWithTimeout(stream, 20) == 507046);
  EXPECT(aclrtStreamAbort(stream) == 0);
  std::vector<uint8_t> back(16);
  EXPECT(toHost(back.data(), device, 16) == 0);
  EXPECT(back[0] == 0xA5);

  std::vector<uint8_t> pageable(16, 2);
  EXPECT(aclrtMemcpyAsync(device, 16, pageable.data(), 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  EXPECT(toHost(back.data(), device, 16) == 0);
  EXPECT(back[0] == 2);
  EXPECT(aclrtMemcpyAsync(pinned, 16, pageable.data(), 16, ACL_MEMCPY_HOST_TO_HOST, stream) == 207000);
  EXPECT(aclrtFree(device) == 0);
  EXPECT(aclrtFreeHost(pinned) == 0);
  EXPECT(aclrtDestroyEvent(event) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  finish();
});

TEST("a staging buffer that is overwritten too early shows in the result", [] {
  setting("LATENCY", "base=30ms");
  start();
  aclrtStream stream = newStream();
  void *device = deviceMemory(16);
  auto *pinned = static_cast<uint8_t *>(pinnedMemory(16));
  std::memset(pinned, 1, 16);
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  std::memset(pinned, 2, 16);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  std::vector<uint8_t> back(16);
  EXPECT(toHost(back.data(), device, 16) == 0);
  EXPECT(back[0] == 2);
  EXPECT(aclrtFree(device) == 0);
  EXPECT(aclrtFreeHost(pinned) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  finish();
});

TEST("registered host memory counts as pinned until it is given back", [] {
  start();
  std::vector<uint8_t> host(64, 3);
  void *mapped = nullptr;
  EXPECT(aclrtHostRegister(host.data(), 64, ACL_HOST_REGISTER_MAPPED, &mapped) == 0);
  EXPECT(leaks("host-registration") == 1);
  EXPECT(aclrtHostUnregister(host.data()) == 0);
  EXPECT(aclrtHostUnregister(host.data()) == 107000);
  EXPECT(violations("bad-pointer") == 1);
});
