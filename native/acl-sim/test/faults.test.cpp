#include <atomic>
#include <chrono>
#include <thread>
#include <unistd.h>

#include "machine.hpp"

TEST("faults: the n-th, every n-th, from the n-th, always", [] {
  setting("FAIL", "aclrtMalloc@2=207001;aclrtCreateEvent@%3=207007;aclrtCreateStream@2+=207008;aclrtMallocHost=200000");
  start();
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 0);
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 207001);
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 0);
  aclrtEvent event = nullptr;
  const aclError events[] = {0, 0, 207007, 0, 0, 207007};
  for (const aclError code : events) EXPECT(aclrtCreateEvent(&event) == code);
  aclrtStream stream = nullptr;
  const aclError streams[] = {0, 207008, 207008};
  for (const aclError code : streams) EXPECT(aclrtCreateStream(&stream) == code);
  for (int round = 0; round < 3; ++round) EXPECT(aclrtMallocHost(&memory, 8) == 200000);
  EXPECT(violations() == 0);
});

TEST("faults: any function by its number in the life of the process", [] {
  setting("FAIL", "*@3=500001");
  start();
  EXPECT(aclmdlCreateDataset() == nullptr);
  EXPECT(leaks("dataset") == 0);
  EXPECT(aclmdlDestroyDataset(aclmdlCreateDataset()) == 0);
  finish();
});

TEST("faults: a release does its work although it fails", [] {
  setting("FAIL", "aclrtFree=507899;aclrtDestroyStream=507899");
  start();
  EXPECT(aclrtFree(deviceMemory(8)) == 507899);
  EXPECT(aclrtDestroyStream(newStream()) == 507899);
  finish();
});

TEST("faults: a task fails later than its call, once", [] {
  setting("FAIL", "aclmdlExecuteAsync@1=507015:later");
  start();
  Model model(identityModel(4), {16}, {16});
  aclrtStream stream = newStream();
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 507015);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  model.close();
  finish();
});

TEST("faults: a stream that stops on failure reaches no later event until the error was taken", [] {
  for (const uint64_t mode : {ACL_CONTINUE_ON_FAILURE, ACL_STOP_ON_FAILURE}) {
    EXPECT(statusOf([&] {
             setting("FAIL", "aclmdlExecuteAsync@1=507015:later");
             start();
             Model model(identityModel(4), {16}, {16});
             aclrtStream stream = newStream();
             aclrtEvent after = newEvent();
             EXPECT(aclrtSetStreamFailureMode(stream, mode) == 0);
             EXPECT(model.executeOn(stream) == 0);
             EXPECT(aclrtRecordEvent(after, stream) == 0);
             aclrtStreamStatus busy = ACL_STREAM_STATUS_NOT_READY;
             while (busy == ACL_STREAM_STATUS_NOT_READY) EXPECT(aclrtStreamQuery(stream, &busy) == 0);
             aclrtEventRecordedStatus reached = ACL_EVENT_RECORDED_STATUS_NOT_READY;
             EXPECT(aclrtQueryEventStatus(after, &reached) == 0);
             EXPECT((reached == ACL_EVENT_RECORDED_STATUS_COMPLETE) == (mode == ACL_CONTINUE_ON_FAILURE));
             EXPECT(aclrtSynchronizeStream(stream) == 507015);
             EXPECT(aclrtRecordEvent(after, stream) == 0);
             EXPECT(aclrtSynchronizeStream(stream) == 0);
             EXPECT(aclrtDestroyEvent(after) == 0);
             EXPECT(aclrtDestroyStream(stream) == 0);
             model.close();
             finish();
             _exit(failedChecks() == 0 ? 0 : 1);
           }) == 0);
  }
});

TEST("faults: a poisoned device stays so until it is reset by force", [] {
  setting("FAIL", "aclmdlExecuteAsync@1=507015:sticky");
  start();
  Model model(identityModel(4), {16}, {16});
  aclrtStream stream = newStream();
  EXPECT(model.executeOn(stream) == 507015);
  EXPECT(aclrtSynchronizeStream(stream) == 507015);
  aclrtDeviceStatus status = ACL_RT_DEVICE_STATUS_NORMAL;
  EXPECT(aclrtQueryDeviceStatus(0, &status) == 0 && status == ACL_RT_DEVICE_STATUS_ABNORMAL);
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 507015);
  // releasing goes on
  model.close();
  EXPECT(aclrtDestroyStream(stream) == 0);
  EXPECT(aclrtResetDeviceForce(0) == 0);
  EXPECT(aclrtSetDevice(0) == 0);
  memory = deviceMemory(8);
  EXPECT(aclrtFree(memory) == 0);
  finish();
});

TEST("faults: a lost device does not come back", [] {
  setting("FAIL", "aclrtMalloc@1=507901:lost");
  setting("DEVICES", "2");
  start();
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 507901);
  EXPECT(aclrtResetDeviceForce(0) == 507901);
  EXPECT(aclrtSetDevice(0) == 507901);
  EXPECT(aclrtSetDevice(1) == 0);
  EXPECT(aclrtFree(deviceMemory(8)) == 0);
});

TEST("faults: a hanging task is seen by time-outs and ended by an abort", [] {
  setting("FAIL", "aclmdlExecuteAsync@1=hang:later");
  start();
  Model model(identityModel(4), {16}, {16});
  aclrtStream stream = newStream();
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclrtSynchronizeStreamWithTimeout(stream, 30) == 507046);
  EXPECT(aclrtStreamAbort(stream) == 0);
  EXPECT(model.executeOn(stream) == 0);
  EXPECT(aclrtSynchronizeStreamWithTimeout(stream, 5000) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  model.close();
  finish();
});

TEST("faults: a hanging call is ended by a forced reset", [] {
  setting("FAIL", "aclrtSynchronizeStream@1=hang");
  start();
  aclrtContext context = nullptr;
  EXPECT(aclrtGetCurrentContext(&context) == 0);
  std::atomic<aclError> code{0};
  std::thread caller([&] {
    EXPECT(aclrtSetCurrentContext(context) == 0);
    code = aclrtSynchronizeStream(nullptr);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT(code == 0);
  EXPECT(aclrtResetDeviceForce(0) == 0);
  caller.join();
  EXPECT(code == 507000);
});

TEST("faults: a process whose stream hangs can end", [] {
  setting("FAIL", "aclmdlExecuteAsync=hang:later");
  EXPECT(statusOf([] {
           start();
           Model model(identityModel(4), {16}, {16});
           EXPECT(model.executeOn(newStream()) == 0);
         }) == 0);
});

TEST("faults: rules can be changed while the process runs", [] {
  start();
  aclsim_set_faults("aclrtMalloc=207018");
  void *memory = nullptr;
  EXPECT(aclrtMalloc(&memory, 8, ACL_MEM_MALLOC_HUGE_FIRST) == 207018);
  aclsim_set_faults(nullptr);
  EXPECT(aclrtFree(deviceMemory(8)) == 0);
  finish();
});

TEST("faults: a rule that cannot be read ends the process", [] {
  for (const char *rule : {"aclrtMalloc", "aclrtMalloc@0=1", "aclrtMalloc=1:never", "aclrtMalloc=none"}) {
    setting("FAIL", rule);
    EXPECT(statusOf([] { aclInit(nullptr); }) == 96);
  }
});
