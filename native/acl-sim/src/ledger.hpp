/** What went wrong by the application's doing, and counters for the report. */
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "fields.hpp"

namespace aclsim {

class Trace;

/** Kinds of misuse; a closed list, so that tests can name them. */
namespace misuse {
constexpr const char *notInitialised = "not-initialised";
constexpr const char *afterFinalize = "after-finalize";
constexpr const char *afterFork = "after-fork";
constexpr const char *noContext = "no-context";
constexpr const char *destroyedContext = "destroyed-context";
constexpr const char *wrongContext = "wrong-context";
constexpr const char *useAfterFree = "use-after-free";
constexpr const char *doubleFree = "double-free";
constexpr const char *badHandle = "bad-handle";
constexpr const char *badPointer = "bad-pointer";
constexpr const char *outOfBounds = "out-of-bounds";
constexpr const char *canary = "canary";
constexpr const char *emptyCopy = "empty-copy";
constexpr const char *shortBuffer = "short-buffer";
constexpr const char *concurrentModel = "concurrent-model";
constexpr const char *sharedWork = "shared-work-memory";
constexpr const char *pendingWork = "pending-work";
constexpr const char *unbalancedReset = "unbalanced-reset";
constexpr const char *leftAtReset = "left-at-reset";
constexpr const char *dataRace = "data-race";
constexpr const char *afterExit = "after-exit";
}  // namespace misuse

/** Something that was made and not released. */
struct Leak {
  std::string kind;
  std::string madeBy;
  uint64_t seq = 0;
  long thread = 0;
  std::string handle;
  uint64_t bytes = 0;
};

class Ledger {
 public:
  explicit Ledger(Trace &trace) : trace_(trace) {}

  void violation(const char *kind, const std::string &message);
  size_t violations() const;
  /** One JSON array. */
  std::string violationsJson() const;
  void count(const std::string &call);
  std::string callsJson() const;

 private:
  struct Violation {
    std::string kind;
    std::string call;
    std::string message;
    uint64_t seq;
    long thread;
  };
  Trace &trace_;
  mutable std::mutex lock_;
  std::vector<Violation> violations_;
  std::map<std::string, uint64_t> calls_;
};

std::string leaksJson(const std::vector<Leak> &leaks);

}  // namespace aclsim
