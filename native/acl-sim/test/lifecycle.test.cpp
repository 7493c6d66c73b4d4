#include <cstring>
#include <string>
#include <thread>

#include "machine.hpp"

namespace {

void inThread(const std::function<void()> &body) { std::thread(body).join(); }

}  // namespace

TEST("a normal life is clean", [] {
  start();
  Model model(identityModel(4), {16}, {16});
  const std::vector<float> given = {1, 2, 3, 4};
  EXPECT(runFloats(model, given, 4) == given);
  model.close();
  finish();
});

TEST("init and finalize know their order", [] {
  uint32_t count = 0;
  EXPECT(aclFinalize() == 100001);
  EXPECT(aclrtGetDeviceCount(&count) == 100001);
  EXPECT(violations("not-initialised") == 1);
  EXPECT(aclInit(nullptr) == 0);
  EXPECT(aclInit(nullptr) == 100002);
  EXPECT(aclFinalize() == 0);
  EXPECT(aclFinalize() == 100037);
  EXPECT(aclrtGetDeviceCount(&count) == 100001);
  EXPECT(violations("after-finalize") == 1);
  EXPECT(aclInit(nullptr) == 0);
  EXPECT(violations("after-finalize") == 2);
});

TEST("the context is the thread's own", [] {
  setting("DEVICES", "2");
  start();
  aclrtContext first = nullptr;
  EXPECT(aclrtGetCurrentContext(&first) == 0);
  inThread([&] {
    void *memory = nullptr;
    EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 107002);
    EXPECT(violations("no-context") == 1);
    EXPECT(aclrtSetCurrentContext(first) == 0);
    EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 0);
    EXPECT(aclrtFree(memory) == 0);
  });
  aclrtContext own = nullptr;
  EXPECT(aclrtCreateContext(&own, 1) == 0);
  int32_t deviceId = -1;
  EXPECT(aclrtGetDevice(&deviceId) == 0);
  EXPECT(deviceId == 1);
  EXPECT(aclrtDestroyContext(own) == 0);
  EXPECT(aclrtDestroyContext(own) == 107017);
  EXPECT(violations("use-after-free") == 1);
});

TEST("a destroyed context is noticed by other threads", [] {
  start();
  aclrtContext context = nullptr;
  EXPECT(aclrtCreateContext(&context, 0) == 0);
  inThread([&] {
    EXPECT(aclrtSetCurrentContext(context) == 0);
    inThread([&] { EXPECT(aclrtDestroyContext(context) == 0); });
    EXPECT(aclrtSynchronizeDevice() == 107002);
  });
  EXPECT(violations("destroyed-context") == 1);
});

TEST("streams and models belong to their context", [] {
  start();
  aclrtContext first = nullptr;
  EXPECT(aclrtGetCurrentContext(&first) == 0);
  aclrtStream stream = newStream();
  Model model(identityModel(4), {16}, {16});
  aclrtContext second = nullptr;
  EXPECT(aclrtCreateContext(&second, 0) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 107003);
  EXPECT(model.execute() == 107004);
  EXPECT(violations("wrong-context") == 2);
});

TEST("handles: double free, late use, wrong kind, invented", [] {
  start();
  aclrtStream stream = newStream();
  aclrtEvent event = newEvent();
  EXPECT(aclrtRecordEvent(stream, stream) == 107017);
  EXPECT(violations("bad-handle") == 1);
  EXPECT(aclrtSynchronizeEvent(&event) == 107017);
  EXPECT(violations("bad-handle") == 2);
  EXPECT(aclrtDestroyEvent(event) == 0);
  EXPECT(aclrtDestroyEvent(event) == 107017);
  EXPECT(violations("double-free") == 1);
  EXPECT(aclrtRecordEvent(event, stream) == 107017);
  EXPECT(violations("use-after-free") == 1);
  aclDataBuffer *buffer = aclCreateDataBuffer(nullptr, 0);
  EXPECT(aclDestroyDataBuffer(buffer) == 0);
  EXPECT(aclDestroyDataBuffer(buffer) == 100000);
  EXPECT(violations("double-free") == 2);
  EXPECT(aclrtDestroyStream(stream) == 0);
});

TEST("following a handle faults", [] {
  const int status = statusOf([] {
    start();
    volatile char first = *static_cast<char *>(newStream());
    (void)first;
  });
  EXPECT(status != 0);
});

TEST("devices are counted per thread, and what is left at the reset is named", [] {
  start();
  EXPECT(aclrtSetDevice(0) == 0);
  inThread([] { EXPECT(aclrtResetDevice(0) == 107001); });
  EXPECT(violations("unbalanced-reset") == 1);
  EXPECT(aclrtResetDevice(0) == 0);
  newStream();
  newEvent();
  deviceMemory(100);
  EXPECT(aclrtSetDevice(5) == 107001);
  EXPECT(aclrtResetDevice(0) == 0);
  EXPECT(violations("left-at-reset") == 3);
  EXPECT(aclrtSynchronizeDevice() == 107002);
});

TEST("everything that is not released is in the report", [] {
  start();
  newStream();
  newEvent();
  deviceMemory(100);
  pinnedMemory(100);
  Model model(identityModel(4), {}, {});
  for (const char *kind : {"stream", "event", "device-memory", "host-memory", "model", "model-desc", "device-reference"}) EXPECT(leaks(kind) == 1);
  EXPECT(leaks("dataset") == 2);
  EXPECT(std::strstr(aclsim_report(), "\"good\":false") != nullptr);
});

TEST("a strict process ends with an error when something is left or misused", [] {
  setting("STRICT", "1");
  EXPECT(statusOf([] {
           start();
           finish();
         }) == 0);
  EXPECT(statusOf([] { start(); }) == 97);
  EXPECT(statusOf([] {
           EXPECT(aclrtSetDevice(0) == 100001);
           EXPECT(aclInit(nullptr) == 0);
           EXPECT(aclFinalize() == 0);
         }) == 97);
});

TEST("a forked child may not use the parent's library", [] {
  start();
  EXPECT(statusOf([] { _Exit(aclrtSynchronizeDevice() == 507000 && violations("after-fork") == 1 ? 0 : 1); }) == 0);
});

TEST("the error text is the thread's and is cleared by reading", [] {
  start();
  void *memory = nullptr;
  EXPECT(aclGetRecentErrMsg() == nullptr);
  EXPECT(aclrtMalloc(&memory, 0, ACL_MEM_MALLOC_HUGE_FIRST) == 100000);
  inThread([] { EXPECT(aclGetRecentErrMsg() == nullptr); });
  const char *text = aclGetRecentErrMsg();
  EXPECT(text != nullptr && std::strstr(text, "EE1001") != nullptr && std::strstr(text, "aclrtMalloc") != nullptr);
  EXPECT(aclGetRecentErrMsg() == nullptr);
  EXPECT(aclrtPeekAtLastError(ACL_RT_THREAD_LEVEL) == 100000);
  EXPECT(aclrtGetLastError(ACL_RT_THREAD_LEVEL) == 100000);
  EXPECT(aclrtGetLastError(ACL_RT_THREAD_LEVEL) == 0);
});

TEST("what is known of a device", [] {
  setting("SOC", "Ascend910B3");
  setting("MEMORY", "1G");
  start();
  size_t free = 0;
  size_t total = 0;
  EXPECT(std::string(aclrtGetSocName()) == "Ascend910B3");
  EXPECT(aclrtGetMemInfo(ACL_DDR_MEM, &free, &total) == 0 && total == 0);
  EXPECT(aclrtGetMemInfo(ACL_HBM_MEM, &free, &total) == 0 && total == size_t{1} << 30 && free == total);
  void *memory = deviceMemory(1000);
  EXPECT(aclrtGetMemInfo(ACL_HBM_MEM, &free, &total) == 0 && total - free == 1056);
  EXPECT(aclrtFree(memory) == 0);
  finish();
});
