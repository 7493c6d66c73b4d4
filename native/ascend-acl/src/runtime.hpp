/** Everything of ACL that a process has once: the library, its initialisation and one worker per device. */
#pragma once

#include <map>

#include "device-worker.hpp"
#include "library-loader.hpp"

namespace railscope {

class Runtime {
 public:
  /** Never destroyed: a static destructor would run after threads and libraries that it needs are gone. */
  static Runtime &instance();

  /** Loads the library on the first success; later calls report what is loaded. */
  LoadReport load(const std::vector<LibraryCandidate> &candidates);
  bool isLoaded();
  const AclApi &api() const { return api_; }

  /** aclInit, once for the process; on a worker's thread. @throws AclFailure */
  void initialise();
  /** @throws std::runtime_error when no library is loaded or the runtime was shut down */
  DeviceWorker &worker(int32_t deviceId);

  void enter();
  /** The last environment ends every worker and finalises ACL; waits for hanging threads no longer than `atMost`. */
  void leave(std::chrono::milliseconds atMost);

 private:
  void shutDown(std::chrono::milliseconds atMost);

  std::mutex mutex_;
  AclApi api_;
  LoadReport report_;
  /** never destroyed either: a thread that hangs in the driver still uses its own */
  std::map<int32_t, DeviceWorker *> workers_;
  int environments_ = 0;
  /** ACL must not be initialised again after it was finalised */
  bool shutDown_ = false;

  std::mutex initMutex_;
  bool initialised_ = false;
};

}  // namespace railscope
