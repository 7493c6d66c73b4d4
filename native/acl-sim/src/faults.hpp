/** Fault injection: which call fails with what, by ACLSIM_FAIL or a test's own wish. */
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "acl_sim_abi.h"

namespace aclsim {

struct Fault {
  aclError code = 0;
  /** the call (or the task, with `later`) never ends by itself */
  bool hang = false;
  /** the asynchronous task fails, the call itself succeeds */
  bool later = false;
  /** the device stays unusable with this code until aclrtResetDeviceForce */
  bool sticky = false;
  /** as sticky, and no reset helps */
  bool lost = false;

  bool any() const { return code != 0 || hang; }
};

class Faults {
 public:
  /**
   * Replaces the rules and restarts their counters.
   * @param rules "name[@n|@%n|@n+]=code|hang[:later][:sticky][:lost]" joined by ';'; name `*` counts calls of every function
   */
  void set(const std::string &rules);
  /** Counts one call. @returns what is to happen to it */
  Fault next(const std::string &name);

 private:
  enum class When { always, once, every, from };
  struct Rule {
    std::string name;
    When when = When::always;
    uint64_t number = 0;
    uint64_t seen = 0;
    Fault fault;
  };
  static Rule parse(const std::string &text);

  std::mutex lock_;
  std::vector<Rule> rules_;
};

}  // namespace aclsim
