#include "device-worker.hpp"

#include <algorithm>

#include "runtime.hpp"

namespace railscope {
namespace {

/** How often a device is asked whether a run is complete: a small part of a run's time, and little work for the processor. */
constexpr std::chrono::microseconds kPollInterval(100);
const RunOutcome kDropped{{}, RunOutcome::End::dropped, {}};

}  // namespace

DeviceSession::DeviceSession(const AclApi &api, int32_t deviceId) : api_(api), deviceId_(deviceId) {
  ACL_CALL(api_, aclrtSetDevice, deviceId_);
  try {
    ACL_CALL(api_, aclrtGetRunMode, &runMode_);
    aclrtContext context = nullptr;
    ACL_CALL(api_, aclrtCreateContext, &context, deviceId_);
    context_ = Context(api_, context);
  } catch (...) {
    resetDevice();
    throw;
  }
}

DeviceSession::~DeviceSession() {
  context_.reset();
  resetDevice();
}

void DeviceSession::resetDevice() {
  if (force_ && api_.aclrtResetDeviceForce != nullptr) {
    noteRelease(api_, api_.aclrtResetDeviceForce(deviceId_), "aclrtResetDeviceForce");
  } else {
    noteRelease(api_, api_.aclrtResetDevice(deviceId_), "aclrtResetDevice");
  }
}

DeviceWorker::DeviceWorker(Runtime &runtime, int32_t deviceId) : runtime_(runtime), deviceId_(deviceId) {
  std::thread([this] { loop(); }).detach();
}

void DeviceWorker::open(OpenRequest request, Done<EntryPointer> done) {
  post([this, request = std::move(request), done = std::move(done)] {
    try {
      ensureDevice();
      auto entry = std::make_shared<ModelEntry>();
      entry->request = request;
      entry->pipeline = std::make_unique<Pipeline>(runtime_.api(), session_->sharedMemory(), request);
      entry->shape = entry->pipeline->shape();
      entry->memory = entry->pipeline->memory();
      entries_.push_back(entry);
      done(entry);
    } catch (...) {
      done(currentProblem());
    }
  });
}

void DeviceWorker::close(EntryPointer entry, std::function<void(std::vector<ReleaseFailure>)> done) {
  post([this, entry = std::move(entry), done = std::move(done)] {
    takeReleaseFailures();
    {
      const std::lock_guard lock(entry->stagingMutex);
      if (entry->pipeline) entry->pipeline->dropRuns(kDropped);
      entry->pipeline.reset();
    }
    entries_.erase(std::remove(entries_.begin(), entries_.end(), entry), entries_.end());
    done(takeReleaseFailures());
  });
}

void DeviceWorker::submit(EntryPointer entry, std::shared_ptr<Run> run) {
  post([entry = std::move(entry), run = std::move(run)] {
    if (entry->pipeline) {
      entry->pipeline->submit(run);
    } else {
      run->done(kDropped);
    }
  });
}

void DeviceWorker::info(Done<DeviceInfo> done) {
  post([this, done = std::move(done)] {
    try {
      ensureDevice();
      done(infoNow());
    } catch (...) {
      done(currentProblem());
    }
  });
}

void DeviceWorker::rebuild(uint64_t seenGeneration, Done<DeviceInfo> done) {
  post([this, seenGeneration, done = std::move(done)] {
    try {
      if (generation_ <= seenGeneration) rebuildNow();
      done(infoNow());
    } catch (...) {
      done(currentProblem());
    }
  });
}

void DeviceWorker::stop() {
  const std::lock_guard lock(mutex_);
  stopping_ = true;
  changed_.notify_all();
}

bool DeviceWorker::waitStopped(std::chrono::milliseconds atMost) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, atMost, [this] { return stopped_; });
}

void DeviceWorker::post(Job job) {
  const std::lock_guard lock(mutex_);
  queue_.push_back(std::move(job));
  changed_.notify_all();
}

void DeviceWorker::loop() {
  std::vector<Job> jobs;
  while (takeJobs(jobs)) {
    for (const Job &job : jobs) job();
    jobs.clear();
    pollAll();
  }
  closeAll();
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  changed_.notify_all();
}

/** Waits for jobs, or for the next look at runs under way. @returns false when the worker is to end */
bool DeviceWorker::takeJobs(std::vector<Job> &jobs) {
  const bool busy = anyBusy();
  std::unique_lock lock(mutex_);
  const auto wanted = [this] { return stopping_ || !queue_.empty(); };
  if (busy) {
    changed_.wait_for(lock, kPollInterval, wanted);
  } else {
    changed_.wait(lock, wanted);
  }
  jobs.swap(queue_);
  return !stopping_ || !jobs.empty();
}

void DeviceWorker::pollAll() {
  for (const EntryPointer &entry : entries_) {
    if (entry->pipeline) entry->pipeline->poll();
  }
}

bool DeviceWorker::anyBusy() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const EntryPointer &entry) { return entry->pipeline && entry->pipeline->busy(); });
}

void DeviceWorker::ensureDevice() {
  if (session_) return;
  runtime_.initialise();
  session_ = std::make_unique<DeviceSession>(runtime_.api(), deviceId_);
}

void DeviceWorker::rebuildNow() {
  std::vector<std::unique_lock<std::mutex>> locks;
  for (const EntryPointer &entry : entries_) {
    locks.emplace_back(entry->stagingMutex);
    if (!entry->pipeline) continue;
    entry->pipeline->markBroken();
    entry->pipeline->dropRuns(kDropped);
    entry->pipeline.reset();
  }
  if (session_) session_->forceReset();
  session_.reset();
  takeReleaseFailures();  // a failed device refuses much of its own clearing away
  generation_++;
  ensureDevice();
  for (const EntryPointer &entry : entries_) {
    auto pipeline = std::make_unique<Pipeline>(runtime_.api(), session_->sharedMemory(), entry->request);
    if (!(pipeline->shape() == entry->shape)) throw std::runtime_error(entry->request.path + " was replaced by another model");
    entry->pipeline = std::move(pipeline);
  }
}

void DeviceWorker::closeAll() {
  for (const EntryPointer &entry : entries_) {
    const std::lock_guard lock(entry->stagingMutex);
    if (entry->pipeline) entry->pipeline->dropRuns(kDropped);
    entry->pipeline.reset();
  }
  entries_.clear();
  session_.reset();
}

DeviceInfo DeviceWorker::infoNow() {
  const AclApi &api = runtime_.api();
  DeviceInfo info;
  info.generation = generation_;
  info.sharedMemory = session_->sharedMemory();
  const char *name = api.aclrtGetSocName == nullptr ? nullptr : api.aclrtGetSocName();
  info.socName = name == nullptr ? "" : name;
  ACL_CALL(api, aclrtGetMemInfo, ACL_HBM_MEM, &info.freeBytes, &info.totalBytes);
  if (info.totalBytes == 0) ACL_CALL(api, aclrtGetMemInfo, ACL_DDR_MEM, &info.freeBytes, &info.totalBytes);
  return info;
}

}  // namespace railscope
