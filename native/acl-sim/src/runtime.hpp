/** The simulated machine: one per process, made at the first call and never destroyed, since threads may outlive main. */
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <sys/types.h>

#include "config.hpp"
#include "faults.hpp"
#include "handles.hpp"
#include "ledger.hpp"
#include "memory.hpp"
#include "stream.hpp"
#include "thread-state.hpp"
#include "trace.hpp"

namespace aclsim {

struct LoadedModel;

struct Device {
  explicit Device(int id) : id(id) {}
  const int id;
  /** aclrtSetDevice less aclrtResetDevice, by thread */
  std::map<long, int> references;
  std::shared_ptr<Context> primary;
  /** not 0: every use fails with this */
  std::atomic<aclError> poison{0};
  std::atomic<bool> lost{false};
  /** one part does one thing at a time */
  std::mutex compute;
  std::mutex hostToDevice;
  std::mutex deviceToHost;
  std::mutex deviceToDevice;
};

class Simulator {
 public:
  Simulator();

  Config config;
  Trace trace;
  Ledger ledger;
  Faults faults;
  HandleTable handles;
  Memory memory;

  /** @returns null when there is no such device */
  Device *device(int id);
  /** The thread's current context. @returns null after recording a violation */
  std::shared_ptr<Context> currentContext();
  /** @returns the stream, the context's default one for null; null after recording a violation and setting `code` */
  std::shared_ptr<Stream> streamFor(aclrtStream stream, aclError &code);
  std::shared_ptr<Context> makeContext(int deviceId, bool primary);
  /** Ends what belongs to the context. @param leaks whether leftovers are the application's fault */
  void destroyContext(const std::shared_ptr<Context> &context, bool leaks);
  /** Ends everything on the device. */
  void resetDevice(Device &device, bool force);

  void poison(int deviceId, const Fault &fault);
  aclError poisonOf(int deviceId);
  /** Blocks the calling thread until an abort or a forced reset. */
  void hang();
  void wakeWaiters();

  /** @returns microseconds with jitter */
  double jittered(double microseconds);
  size_t nextClockId() { return ++clockIds_; }
  /** The clock of the host for what it queues or does next. All host threads count as one, ordered by their own means. */
  VectorClock hostClock();
  void hostSaw(const VectorClock &clock);

  /** Models by their id. Guarded by `lock`. */
  std::map<uint32_t, std::shared_ptr<LoadedModel>> models;
  std::shared_ptr<LoadedModel> model(uint32_t id);
  uint32_t nextModelId();

  /** Everything that is not released now. */
  std::vector<Leak> leaks();
  /** The report as one JSON object. */
  std::string reportJson(const char *when);
  /** Writes the report to ACLSIM_REPORT, and to stderr when something is wrong. @returns whether all is well */
  bool writeReport(const char *when);
  /** the report at exit was written: nobody may call any more */
  std::atomic<bool> exiting{false};

  /** devices, contexts' default streams and models */
  std::mutex lock;
  std::atomic<bool> initialised{false};
  std::atomic<bool> finalised{false};
  const pid_t processId;

 private:
  void watchExit();

  std::vector<std::unique_ptr<Device>> devices_;
  std::mutex randomLock_;
  std::mt19937 random_;
  uint32_t lastModelId_ = 0;
  std::atomic<size_t> clockIds_{0};
  std::mutex clockLock_;
  VectorClock hostClock_;
  std::mutex hangLock_;
  std::condition_variable hangChanged_;
  uint64_t hangReleases_ = 0;
};

Simulator &simulator();

/** Clock id of the host. */
constexpr size_t hostClockId = 0;

}  // namespace aclsim
