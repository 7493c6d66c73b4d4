/** Order between streams and host threads, to find accesses to device memory that nothing orders. */
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aclsim {

class VectorClock {
 public:
  void tick(size_t id) {
    grow(id);
    ++times_[id];
  }
  void join(const VectorClock &other) {
    if (other.times_.size() > times_.size()) times_.resize(other.times_.size(), 0);
    for (size_t id = 0; id < other.times_.size(); ++id) {
      if (other.times_[id] > times_[id]) times_[id] = other.times_[id];
    }
  }
  uint64_t at(size_t id) const { return id < times_.size() ? times_[id] : 0; }

 private:
  void grow(size_t id) {
    if (id >= times_.size()) times_.resize(id + 1, 0);
  }
  std::vector<uint64_t> times_;
};

}  // namespace aclsim
