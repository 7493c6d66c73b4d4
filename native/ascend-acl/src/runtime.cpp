#include "runtime.hpp"

#include <future>

namespace railscope {
namespace {

constexpr std::chrono::milliseconds kFinalizeTimeout(5000);

}  // namespace

Runtime &Runtime::instance() {
  static Runtime *const runtime = new Runtime();
  return *runtime;
}

LoadReport Runtime::load(const std::vector<LibraryCandidate> &candidates) {
  const std::lock_guard lock(mutex_);
  if (!report_.loaded) report_ = loadLibrary(candidates, api_);
  return report_;
}

bool Runtime::isLoaded() {
  const std::lock_guard lock(mutex_);
  return report_.loaded;
}

void Runtime::initialise() {
  const std::lock_guard lock(initMutex_);
  if (initialised_) return;
  const aclError code = api_.aclInit(nullptr);
  if (code != ACL_ERROR_REPEAT_INITIALIZE) check(api_, code, "aclInit");
  initialised_ = true;
}

DeviceWorker &Runtime::worker(int32_t deviceId) {
  const std::lock_guard lock(mutex_);
  if (!report_.loaded) throw std::runtime_error("the ACL library is not loaded");
  if (shutDown_) throw std::runtime_error("ACL was shut down in this process and cannot be started again");
  DeviceWorker *&worker = workers_[deviceId];
  if (worker == nullptr) worker = new DeviceWorker(*this, deviceId);
  return *worker;
}

void Runtime::enter() {
  const std::lock_guard lock(mutex_);
  environments_++;
}

void Runtime::leave(std::chrono::milliseconds atMost) {
  const std::lock_guard lock(mutex_);
  if (--environments_ == 0) shutDown(atMost);
}

void Runtime::shutDown(std::chrono::milliseconds atMost) {
  if (workers_.empty() || shutDown_) return;
  shutDown_ = true;
  for (const auto &[deviceId, worker] : workers_) worker->stop();
  bool allStopped = true;
  const Clock::time_point deadline = Clock::now() + atMost;
  for (const auto &[deviceId, worker] : workers_) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    allStopped = worker->waitStopped(std::max(left, std::chrono::milliseconds(1))) && allStopped;
  }
  if (!allStopped || !initialised_) return;
  // on a thread of its own: no call of ACL on JavaScript's thread, and a hanging one must not keep the process
  auto finished = std::make_shared<std::promise<void>>();
  std::future<void> done = finished->get_future();
  std::thread([this, finished] {
    api_.aclFinalize();
    finished->set_value();
  }).detach();
  done.wait_for(kFinalizeTimeout);
}

}  // namespace railscope
