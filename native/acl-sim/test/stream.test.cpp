#include <atomic>
#include <chrono>
#include <cstring>
#include <pthread.h>
#include <thread>

#include "machine.hpp"

namespace {

double elapsedMs(const std::function<void()> &body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

TEST("a wait holds one stream until another has recorded", [] {
  setting("LATENCY", "base=30ms");
  start();
  aclrtStream copying = newStream();
  aclrtStream waiting = newStream();
  aclrtEvent copied = newEvent();
  void *device = deviceMemory(16);
  void *pinned = pinnedMemory(16);
  aclrtEventRecordedStatus status = ACL_EVENT_RECORDED_STATUS_COMPLETE;
  aclrtEventStatus inverted = ACL_EVENT_STATUS_COMPLETE;
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, copying) == 0);
  EXPECT(aclrtRecordEvent(copied, copying) == 0);
  EXPECT(aclrtStreamWaitEvent(waiting, copied) == 0);
  aclrtStreamStatus streamStatus = ACL_STREAM_STATUS_COMPLETE;
  EXPECT(aclrtStreamQuery(waiting, &streamStatus) == 0 && streamStatus == ACL_STREAM_STATUS_NOT_READY);
  EXPECT(aclrtQueryEventStatus(copied, &status) == 0 && status == ACL_EVENT_RECORDED_STATUS_NOT_READY);
  EXPECT(aclrtQueryEvent(copied, &inverted) == 0 && inverted == ACL_EVENT_STATUS_NOT_READY);
  EXPECT(aclrtSynchronizeEventWithTimeout(copied, 1) == 507047);
  EXPECT(aclrtSynchronizeStreamWithTimeout(waiting, 1) == 507046);
  EXPECT(aclrtSynchronizeStream(waiting) == 0);
  EXPECT(aclrtQueryEventStatus(copied, &status) == 0 && status == ACL_EVENT_RECORDED_STATUS_COMPLETE);
  EXPECT(aclrtQueryEvent(copied, &inverted) == 0 && inverted == ACL_EVENT_STATUS_COMPLETE);
  EXPECT(aclrtFree(device) == 0);
  EXPECT(aclrtFreeHost(pinned) == 0);
  EXPECT(aclrtDestroyEvent(copied) == 0);
  EXPECT(aclrtDestroyStream(copying) == 0);
  EXPECT(aclrtDestroyStream(waiting) == 0);
  finish();
});

TEST("times between events, for those made with the flag", [] {
  setting("LATENCY", "base=20ms");
  start();
  aclrtStream stream = newStream();
  aclrtEvent begin = nullptr;
  aclrtEvent end = nullptr;
  aclrtEvent plain = nullptr;
  EXPECT(aclrtCreateEventExWithFlag(&begin, ACL_EVENT_TIME_LINE) == 0);
  EXPECT(aclrtCreateEventExWithFlag(&end, ACL_EVENT_TIME_LINE | ACL_EVENT_SYNC) == 0);
  EXPECT(aclrtCreateEventExWithFlag(&plain, ACL_EVENT_SYNC) == 0);
  EXPECT(aclrtCreateEventExWithFlag(&plain, 0x1000) == 107000);
  void *device = deviceMemory(16);
  void *pinned = pinnedMemory(16);
  float ms = 0;
  EXPECT(aclrtRecordEvent(begin, stream) == 0);
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  EXPECT(aclrtRecordEvent(end, stream) == 0);
  EXPECT(aclrtRecordEvent(plain, stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  EXPECT(aclrtEventElapsedTime(&ms, begin, end) == 0 && ms >= 20 && ms < 200);
  EXPECT(aclrtEventElapsedTime(&ms, begin, plain) == 107000);
  EXPECT(aclrtResetEvent(end, stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  EXPECT(aclrtEventElapsedTime(&ms, begin, end) == 107000);
  for (aclrtEvent event : {begin, end, plain}) EXPECT(aclrtDestroyEvent(event) == 0);
  EXPECT(aclrtFree(device) == 0);
  EXPECT(aclrtFreeHost(pinned) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  finish();
});

TEST("copy directions and devices work at the same time, one direction does not", [] {
  setting("LATENCY", "base=60ms");
  setting("DEVICES", "2");
  start();
  aclrtStream one = newStream();
  aclrtStream two = newStream();
  void *device = deviceMemory(16);
  void *back = deviceMemory(16);
  void *pinned = pinnedMemory(16);
  void *result = pinnedMemory(16);
  const double both = elapsedMs([&] {
    EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, one) == 0);
    EXPECT(aclrtMemcpyAsync(result, 16, back, 16, ACL_MEMCPY_DEVICE_TO_HOST, two) == 0);
    EXPECT(aclrtSynchronizeDevice() == 0);
  });
  EXPECT(both >= 60 && both < 115);
  const double same = elapsedMs([&] {
    EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, one) == 0);
    EXPECT(aclrtMemcpyAsync(back, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, two) == 0);
    EXPECT(aclrtSynchronizeDeviceWithTimeout(5000) == 0);
  });
  EXPECT(same >= 120);
  for (void *memory : {device, back}) EXPECT(aclrtFree(memory) == 0);
  for (void *memory : {pinned, result}) EXPECT(aclrtFreeHost(memory) == 0);
  for (aclrtStream stream : {one, two}) EXPECT(aclrtDestroyStream(stream) == 0);
  finish();
});

TEST("streams and events run out", [] {
  setting("STREAMS", "2");
  setting("EVENTS", "1");
  start();
  aclrtStream streams[3] = {newStream(), newStream(), nullptr};
  EXPECT(aclrtCreateStream(&streams[2]) == 207008);
  aclrtEvent event = newEvent();
  aclrtEvent second = nullptr;
  EXPECT(aclrtCreateEvent(&second) == 207007);
  EXPECT(aclrtDestroyStream(streams[0]) == 0);
  EXPECT(aclrtCreateStream(&streams[0]) == 0);
  EXPECT(aclrtDestroyStream(streams[0]) == 0);
  EXPECT(aclrtDestroyStream(streams[1]) == 0);
  EXPECT(aclrtDestroyEvent(event) == 0);
  finish();
});

TEST("a stream destroyed with work is misuse, by force it is not", [] {
  setting("LATENCY", "base=30ms");
  start();
  void *device = deviceMemory(16);
  void *pinned = pinnedMemory(16);
  aclrtStream stream = newStream();
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  EXPECT(aclrtDestroyStream(stream) == 0);
  EXPECT(violations("pending-work") == 1);
  stream = newStream();
  EXPECT(aclrtMemcpyAsync(device, 16, pinned, 16, ACL_MEMCPY_HOST_TO_DEVICE, stream) == 0);
  EXPECT(aclrtDestroyStreamForce(stream) == 0);
  EXPECT(violations() == 1);
});

TEST("callbacks run on the thread that subscribed", [] {
  start();
  aclrtContext context = nullptr;
  EXPECT(aclrtGetCurrentContext(&context) == 0);
  aclrtStream stream = newStream();
  std::atomic<uint64_t> subscriber{0};
  std::atomic<bool> stop{false};
  std::thread reporter([&] {
    EXPECT(aclrtSetCurrentContext(context) == 0);
    subscriber = static_cast<uint64_t>(pthread_self());
    while (!stop) aclrtProcessReport(10);
  });
  while (subscriber == 0) std::this_thread::yield();
  static std::atomic<uint64_t> ranOn{0};
  const aclrtCallback callback = [](void *data) {
    ranOn = static_cast<uint64_t>(pthread_self());
    ++*static_cast<std::atomic<int> *>(data);
  };
  std::atomic<int> calls{0};
  EXPECT(aclrtLaunchCallback(callback, &calls, ACL_CALLBACK_BLOCK, stream) == 107000);
  EXPECT(aclrtSubscribeReport(subscriber, stream) == 0);
  EXPECT(aclrtLaunchCallback(callback, &calls, ACL_CALLBACK_BLOCK, stream) == 0);
  EXPECT(aclrtSynchronizeStream(stream) == 0);
  EXPECT(calls == 1 && ranOn == subscriber);
  EXPECT(aclrtUnSubscribeReport(subscriber, stream) == 0);
  stop = true;
  reporter.join();
  EXPECT(aclrtDestroyStream(stream) == 0);
  finish();
});
