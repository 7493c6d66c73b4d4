#include "handles.hpp"

namespace railscope {
namespace {

thread_local std::vector<ReleaseFailure> releaseFailures;

}  // namespace

std::vector<ReleaseFailure> takeReleaseFailures() { return std::exchange(releaseFailures, {}); }

void noteRelease(const AclApi &api, aclError code, const char *symbol) {
  if (code == ACL_SUCCESS) return;
  recentMessage(api);  // cleared, so that it is not taken for the text of a later failure
  releaseFailures.push_back({symbol, code});
}

void StreamRelease::operator()(const AclApi &api, aclrtStream stream) const {
  if (force && api.aclrtDestroyStreamForce != nullptr) {
    noteRelease(api, api.aclrtDestroyStreamForce(stream), "aclrtDestroyStreamForce");
  } else {
    noteRelease(api, api.aclrtDestroyStream(stream), "aclrtDestroyStream");
  }
}

DeviceMemory allocateDevice(const AclApi &api, size_t bytes) {
  void *memory = nullptr;
  ACL_CALL(api, aclrtMalloc, &memory, bytes, ACL_MEM_MALLOC_HUGE_FIRST);
  return DeviceMemory(api, memory);
}

PinnedMemory allocatePinned(const AclApi &api, size_t bytes) {
  void *memory = nullptr;
  ACL_CALL(api, aclrtMallocHost, &memory, bytes);
  return PinnedMemory(api, memory);
}

Stream createStream(const AclApi &api) {
  aclrtStream stream = nullptr;
  ACL_CALL(api, aclrtCreateStream, &stream);
  return Stream(api, stream);
}

Event createEvent(const AclApi &api) {
  constexpr uint32_t flags = ACL_EVENT_SYNC | ACL_EVENT_CAPTURE_STREAM_PROGRESS | ACL_EVENT_TIME_LINE;
  aclrtEvent event = nullptr;
  if (api.aclrtCreateEventExWithFlag != nullptr) {
    ACL_CALL(api, aclrtCreateEventExWithFlag, &event, flags);
  } else if (api.aclrtCreateEventWithFlag != nullptr) {
    ACL_CALL(api, aclrtCreateEventWithFlag, &event, flags);
  } else {
    ACL_CALL(api, aclrtCreateEvent, &event);
  }
  return Event(api, event);
}

bool eventsNeedReset(const AclApi &api) { return api.aclrtCreateEventExWithFlag == nullptr; }

}  // namespace railscope
