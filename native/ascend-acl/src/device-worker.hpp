/** One native thread per device: it alone owns the device's context and makes every ACL call for it. */
#pragma once

#include <condition_variable>
#include <optional>
#include <thread>
#include <variant>

#include "pipeline.hpp"
#include "problem.hpp"

namespace railscope {

class Runtime;

/** A model on a device. `pipeline` is null while the device is being rebuilt, after a failed rebuild and after closing. */
struct ModelEntry {
  OpenRequest request;
  ModelShape shape;
  PipelineMemory memory;
  /** held by JavaScript's thread while it fills staging memory, and by the worker while that memory is replaced */
  std::mutex stagingMutex;
  std::unique_ptr<Pipeline> pipeline;
};

struct DeviceInfo {
  std::string socName;
  size_t freeBytes = 0;
  size_t totalBytes = 0;
  /** host and device share memory (Atlas 200I and the like) */
  bool sharedMemory = false;
  /** counts rebuilds */
  uint64_t generation = 0;
};

/** A device that is set, with a context of ours that is current on this thread; gives both back. */
class DeviceSession {
 public:
  /** @throws AclFailure */
  DeviceSession(const AclApi &api, int32_t deviceId);
  ~DeviceSession();
  DeviceSession(const DeviceSession &) = delete;
  DeviceSession &operator=(const DeviceSession &) = delete;

  bool sharedMemory() const { return runMode_ == ACL_DEVICE; }
  /** The device failed: reset it whatever else uses it. */
  void forceReset() { force_ = true; }

 private:
  void resetDevice();

  const AclApi &api_;
  const int32_t deviceId_;
  bool force_ = false;
  aclrtRunMode runMode_ = ACL_HOST;
  Context context_;
};

class DeviceWorker {
 public:
  template <typename T>
  using Done = std::function<void(std::variant<T, Problem>)>;
  using EntryPointer = std::shared_ptr<ModelEntry>;

  DeviceWorker(Runtime &runtime, int32_t deviceId);

  // from any thread; `done` is called on the worker
  void open(OpenRequest request, Done<EntryPointer> done);
  void close(EntryPointer entry, std::function<void(std::vector<ReleaseFailure>)> done);
  void submit(EntryPointer entry, std::shared_ptr<Run> run);
  void info(Done<DeviceInfo> done);
  /** Resets the device and loads its models again, unless that happened after `seenGeneration`. */
  void rebuild(uint64_t seenGeneration, Done<DeviceInfo> done);

  /** Asks the thread to close everything and end. */
  void stop();
  /** @returns whether the thread has ended; if not, it hangs in a call of ACL and is left alone */
  bool waitStopped(std::chrono::milliseconds atMost);

 private:
  using Job = std::function<void()>;

  void post(Job job);
  void loop();
  bool takeJobs(std::vector<Job> &jobs);
  void pollAll();
  bool anyBusy() const;
  void ensureDevice();
  void rebuildNow();
  void closeAll();
  DeviceInfo infoNow();

  Runtime &runtime_;
  const int32_t deviceId_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Job> queue_;
  bool stopping_ = false;
  bool stopped_ = false;

  // used on the worker's thread only
  std::unique_ptr<DeviceSession> session_;
  std::vector<EntryPointer> entries_;
  uint64_t generation_ = 0;
};

}  // namespace railscope
