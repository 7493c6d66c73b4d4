#include "thread-state.hpp"

#include "objects.hpp"

namespace aclsim {

ThreadState &threadState() {
  static thread_local ThreadState state;
  return state;
}

std::string currentCall() { return threadState().call; }

void explain(std::string text) { threadState().detail = std::move(text); }

}  // namespace aclsim
