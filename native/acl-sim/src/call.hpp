/** What every function of the interface goes through: state checks, fault injection, trace, error text. */
#pragma once

#include <utility>

#include "runtime.hpp"

namespace aclsim {

/** Needs of a function, or-ed. */
enum Needs : unsigned {
  nothing = 0,
  /** aclInit came before */
  init = 1,
  /** the thread has a context */
  context = 2 | init,
  /** releases: does its work even on a poisoned device or when a fault is injected, as real libraries mostly do */
  release = 4,
  /** creates a plain host object: may be injected with failure, but a poisoned device does not matter */
  hostOnly = 8,
};

/** Arguments of a call for the trace; costs nothing when there is none. */
inline Fields arguments() { return Fields(simulator().trace.on()); }

/** One call from beginning to end. */
class Call {
 public:
  Call(const char *name, unsigned needs, Fields args);
  /** @returns a code when the call must not do its work */
  aclError before();
  /** @returns whether the work is to be done although the call will fail */
  bool works() const { return worksAnyway_; }
  /** Records the end. @returns what the caller gets */
  aclError after(aclError code);

 private:
  aclError checkState();

  const char *const name_;
  const unsigned needs_;
  Fields args_;
  /** the context in which the call began */
  const std::shared_ptr<Context> context_;
  uint64_t seq_;
  double beginUs_;
  bool worksAnyway_ = false;
};

/** A function that returns an aclError. */
template <typename Body>
aclError call(const char *name, unsigned needs, Fields args, Body body) {
  Call frame(name, needs, std::move(args));
  aclError code = frame.before();
  if (code == 0) code = body();
  else if (frame.works()) body();
  return frame.after(code);
}

/** A function that makes something and returns NULL on failure; `body` returns the pointer. */
template <typename T, typename Body>
T *make(const char *name, Fields args, Body body) {
  Call frame(name, init | hostOnly, std::move(args));
  aclError code = frame.before();
  T *made = code == 0 ? body() : nullptr;
  if (code == 0 && made == nullptr) code = 200000;
  frame.after(code);
  return made;
}

/** A function that reads a value and has no way to report failure; never injected. */
template <typename Body>
auto value(const char *name, Body body) {
  ThreadState &state = threadState();
  const char *outer = std::exchange(state.call, name);
  simulator().ledger.count(name);
  auto result = body();
  state.call = outer;
  return result;
}

/** Records a call with a missing or wrong argument. @returns 100000 */
aclError invalidArgument(const char *what);
/** The runtime's own code for a bad parameter. @returns 107000 */
aclError invalidParameter(const char *what);

}  // namespace aclsim
