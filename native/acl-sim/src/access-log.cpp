#include "access-log.hpp"

#include <algorithm>

namespace aclsim {

namespace {

constexpr size_t hostId = 0;

bool orderedBefore(const Access &earlier, const VectorClock &clock) { return clock.at(earlier.clockId) >= earlier.time; }

}  // namespace

std::string AccessLog::note(Access access, const VectorClock &clock) {
  const std::lock_guard<std::mutex> guard(lock_);
  std::string conflict;
  for (const Access &earlier : accesses_) {
    const bool overlaps = earlier.from < access.to && access.from < earlier.to;
    if (overlaps && (earlier.writes || access.writes) && !orderedBefore(earlier, clock)) conflict = earlier.what;
  }
  const auto covered = [&](const Access &earlier) {
    return orderedBefore(earlier, clock) && earlier.from >= access.from && earlier.to <= access.to && (access.writes || !earlier.writes);
  };
  accesses_.erase(std::remove_if(accesses_.begin(), accesses_.end(), covered), accesses_.end());
  accesses_.push_back(std::move(access));
  return conflict;
}

std::string AccessLog::unseenByHost(const VectorClock &hostClock) const {
  const std::lock_guard<std::mutex> guard(lock_);
  for (const Access &access : accesses_) {
    if (access.clockId != hostId && !orderedBefore(access, hostClock)) return access.what;
  }
  return "";
}

}  // namespace aclsim
