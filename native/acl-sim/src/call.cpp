#include "call.hpp"

#include <unistd.h>

#include "error-text.hpp"

namespace aclsim {

Call::Call(const char *name, unsigned needs, Fields args)
    : name_(name), needs_(needs), args_(std::move(args)), context_(threadState().context), seq_(simulator().trace.next()), beginUs_(simulator().trace.nowUs()) {
  ThreadState &state = threadState();
  state.call = name;
  state.callSeq = seq_;
  state.detail.clear();
  state.taskFault = Fault();
  simulator().ledger.count(name);
}

aclError Call::checkState() {
  Simulator &sim = simulator();
  if (getpid() != sim.processId) {
    sim.ledger.violation(misuse::afterFork, "called in a forked child of the process that loaded the library");
    return 507000;
  }
  if ((needs_ & init) != 0 && !sim.initialised) {
    const bool ended = sim.finalised;
    sim.ledger.violation(ended ? misuse::afterFinalize : misuse::notInitialised, ended ? "called after aclFinalize" : "called before aclInit");
    return 100001;
  }
  if ((needs_ & context) == context && !sim.currentContext()) return 107002;
  return 0;
}

aclError Call::before() {
  Simulator &sim = simulator();
  if (const aclError code = checkState()) return code;
  const Fault fault = sim.faults.next(name_);
  const bool releases = (needs_ & release) != 0;
  const std::shared_ptr<Context> current = threadState().context;
  if (fault.later) {
    threadState().taskFault = fault;
  } else if (fault.any()) {
    if (fault.sticky && current) sim.poison(current->deviceId, fault);
    if (fault.hang) sim.hang();
    worksAnyway_ = releases;
    return fault.hang ? 507000 : fault.code;
  }
  if (releases || (needs_ & hostOnly) != 0 || (needs_ & context) != context || !current) return 0;
  return sim.poisonOf(current->deviceId);
}

aclError Call::after(aclError code) {
  Simulator &sim = simulator();
  ThreadState &state = threadState();
  if (code != 0) {
    state.lastError = code;
    state.pendingText = errorText(code, name_, state.detail);
  }
  if (sim.trace.on()) {
    Fields line;
    line.add("type", "call").add("seq", seq_).add("thread", threadId());
    line.add("context", context_ ? context_->handle : nullptr);
    line.add("device", context_ ? context_->deviceId : -1);
    line.add("call", name_).raw("args", args_.json()).add("rc", code);
    line.add("beginUs", beginUs_).add("endUs", sim.trace.nowUs());
    sim.trace.write(line);
  }
  if (sim.exiting) {
    sim.ledger.violation(misuse::afterExit, std::string(name_) + " was called after the process had begun to exit");
    sim.writeReport("after exit");
    if (sim.config.strict) _exit(97);
  }
  state.call = "";
  return code;
}

aclError invalidArgument(const char *what) {
  explain(std::string("The argument ") + what + " is NULL or invalid.");
  return 100000;
}

aclError invalidParameter(const char *what) {
  explain(std::string("Parameter invalid: ") + what + ".");
  return 107000;
}

}  // namespace aclsim
