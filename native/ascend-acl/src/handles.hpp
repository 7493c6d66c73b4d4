/** One owner per ACL handle: released exactly once, also when a constructor gives up half-way. */
#pragma once

#include <utility>
#include <vector>

#include "acl-api.hpp"

namespace railscope {

/** A release that ACL refused; nothing can be done about it but say so. */
struct ReleaseFailure {
  std::string symbol;
  aclError code;
};

/** Failed releases of this thread since the last call. */
std::vector<ReleaseFailure> takeReleaseFailures();
/** Notes a failed release; success is not noted. */
void noteRelease(const AclApi &api, aclError code, const char *symbol);

/** Owns `value` and gives it to `Release` at the end of its life. Move only. */
template <typename T, typename Release>
class Handle {
 public:
  Handle() = default;
  Handle(const AclApi &api, T value) : api_(&api), value_(value) {}
  Handle(Handle &&other) noexcept
      : api_(std::exchange(other.api_, nullptr)), value_(other.value_), release_(other.release_) {}
  Handle &operator=(Handle &&other) noexcept {
    if (this != &other) {
      reset();
      api_ = std::exchange(other.api_, nullptr);
      value_ = other.value_;
      release_ = other.release_;
    }
    return *this;
  }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  ~Handle() { reset(); }

  T get() const { return value_; }
  Release &release() { return release_; }
  explicit operator bool() const { return api_ != nullptr; }
  void reset() {
    const AclApi *api = std::exchange(api_, nullptr);
    if (api != nullptr) release_(*api, value_);
  }

 private:
  /** null = owns nothing */
  const AclApi *api_ = nullptr;
  T value_{};
  Release release_{};
};

#define RAILSCOPE_RELEASE(kind, type, name)                                                                  \
  struct kind##Release {                                                                                     \
    void operator()(const AclApi &api, type value) const { noteRelease(api, api.name(value), #name); }       \
  };                                                                                                         \
  using kind = Handle<type, kind##Release>;

RAILSCOPE_RELEASE(Context, aclrtContext, aclrtDestroyContext)
RAILSCOPE_RELEASE(Event, aclrtEvent, aclrtDestroyEvent)
RAILSCOPE_RELEASE(DeviceMemory, void *, aclrtFree)
RAILSCOPE_RELEASE(PinnedMemory, void *, aclrtFreeHost)
RAILSCOPE_RELEASE(DataBuffer, aclDataBuffer *, aclDestroyDataBuffer)
RAILSCOPE_RELEASE(Dataset, aclmdlDataset *, aclmdlDestroyDataset)
RAILSCOPE_RELEASE(ModelDescription, aclmdlDesc *, aclmdlDestroyDesc)
RAILSCOPE_RELEASE(LoadedModel, uint32_t, aclmdlUnload)
#undef RAILSCOPE_RELEASE

/** After a fault (`force`) work on the stream may never end: it is thrown away where the library can do that. */
struct StreamRelease {
  bool force = false;
  void operator()(const AclApi &api, aclrtStream stream) const;
};
using Stream = Handle<aclrtStream, StreamRelease>;

/** @throws AclFailure */
DeviceMemory allocateDevice(const AclApi &api, size_t bytes);
/** Page-locked host memory, the only kind that copies overlap with. @throws AclFailure */
PinnedMemory allocatePinned(const AclApi &api, size_t bytes);
/** @throws AclFailure */
Stream createStream(const AclApi &api);
/** An event for waiting across streams, for being polled and for times. @throws AclFailure */
Event createEvent(const AclApi &api);
/** Whether events of `createEvent` must be reset before they are recorded again. */
bool eventsNeedReset(const AclApi &api);

}  // namespace railscope
