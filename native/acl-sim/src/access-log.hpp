/** Accesses to one block, kept until a later one is ordered after them. */
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "vector-clock.hpp"

namespace aclsim {

struct Access {
  size_t from = 0;
  size_t to = 0;
  bool writes = false;
  /** stream or host, and its time */
  size_t clockId = 0;
  uint64_t time = 0;
  std::string what;
};

class AccessLog {
 public:
  /** @param clock of the accessing stream or host. @returns the earlier access that nothing orders before this one, or "" */
  std::string note(Access access, const VectorClock &clock);
  /** @returns an access of a stream that the host has not waited for, or "" */
  std::string unseenByHost(const VectorClock &hostClock) const;

 private:
  mutable std::mutex lock_;
  std::vector<Access> accesses_;
};

}  // namespace aclsim
