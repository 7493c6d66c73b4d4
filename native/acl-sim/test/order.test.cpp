/** Accesses to device memory that no stream, event or wait orders are found whether or not they collide in time. */
#include "machine.hpp"

namespace {

struct Parts {
  aclrtStream copying = newStream();
  aclrtStream computing = newStream();
  aclrtEvent copied = newEvent();
  void *pinned = pinnedMemory(16);
  Model model{identityModel(4), {16}, {16}};

  void upload() { EXPECT(aclrtMemcpyAsync(model.inputMemory[0], 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, copying) == 0); }
  void close() {
    EXPECT(aclrtSynchronizeStream(copying) == 0);
    EXPECT(aclrtSynchronizeStream(computing) == 0);
    model.close();
    EXPECT(aclrtFreeHost(pinned) == 0);
    EXPECT(aclrtDestroyEvent(copied) == 0);
    EXPECT(aclrtDestroyStream(copying) == 0);
    EXPECT(aclrtDestroyStream(computing) == 0);
  }
};

}  // namespace

TEST("order: joined by an event there is no race", [] {
  start();
  Parts parts;
  for (int round = 0; round < 3; ++round) {
    parts.upload();
    EXPECT(aclrtRecordEvent(parts.copied, parts.copying) == 0);
    EXPECT(aclrtStreamWaitEvent(parts.computing, parts.copied) == 0);
    EXPECT(parts.model.executeOn(parts.computing) == 0);
    EXPECT(aclrtSynchronizeStream(parts.computing) == 0);
  }
  parts.close();
  finish();
});

TEST("order: a forgotten wait is a race", [] {
  start();
  Parts parts;
  parts.upload();
  EXPECT(parts.model.executeOn(parts.computing) == 0);
  EXPECT(aclrtSynchronizeDevice() == 0);
  EXPECT(violations("data-race") >= 1);
});

TEST("order: the next upload must wait for the computation before", [] {
  start();
  Parts parts;
  EXPECT(parts.model.executeOn(parts.computing) == 0);
  parts.upload();
  EXPECT(aclrtSynchronizeDevice() == 0);
  EXPECT(violations("data-race") >= 1);
});

TEST("order: reading a result before waiting is a race", [] {
  start();
  Parts parts;
  float result[4];
  EXPECT(parts.model.executeOn(parts.computing) == 0);
  EXPECT(aclrtMemcpy(result, 16, parts.model.outputMemory[0], 16, ACL_MEMCPY_DEVICE_TO_HOST) == 0);
  EXPECT(aclrtSynchronizeDevice() == 0);
  EXPECT(violations("data-race") >= 1);
});

TEST("order: waiting for an event orders the host", [] {
  start();
  Parts parts;
  float result[4];
  EXPECT(parts.model.executeOn(parts.computing) == 0);
  EXPECT(aclrtRecordEvent(parts.copied, parts.computing) == 0);
  EXPECT(aclrtSynchronizeEvent(parts.copied) == 0);
  EXPECT(aclrtMemcpy(result, 16, parts.model.outputMemory[0], 16, ACL_MEMCPY_DEVICE_TO_HOST) == 0);
  parts.close();
  finish();
});

TEST("order: memory freed before its last user was waited for is a race", [] {
  start();
  Parts parts;
  void *device = deviceMemory(16);
  EXPECT(aclrtMemcpyAsync(device, 16, parts.pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, parts.copying) == 0);
  // until the task has run, without asking the stream
  while (violations("use-after-free") == 0 && std::string(aclsim_report()).find("\"aclrtMemcpyAsync\":1") == std::string::npos) {
  }
  EXPECT(aclrtFree(device) == 0);
  EXPECT(aclrtSynchronizeStream(parts.copying) == 0 || violations() > 0);
  EXPECT(violations() >= 1);
});
