/**
 * The variant "signals": like libascend_trace of the real installation, its constructor takes over the handlers of
 * fatal signals when the library is loaded, unless ASCEND_COREDUMP_SIGNAL=none is in the environment.
 */
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <unistd.h>

#include "acl_sim_testing.h"

namespace {

int installed = 0;

void onSignal(int number) {
  constexpr char text[] = "acl-sim: a signal reached the handler that the library installed at load\n";
  if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(98);
  signal(number, SIG_DFL);
  raise(number);
}

__attribute__((constructor)) void takeOverSignals() {
  const char *choice = std::getenv("ASCEND_COREDUMP_SIGNAL");
  if (choice != nullptr && std::strcmp(choice, "none") == 0) return;
  constexpr size_t stackBytes = 64 * 1024;
  static char alternativeStack[stackBytes];
  stack_t stack{};
  stack.ss_sp = alternativeStack;
  stack.ss_size = stackBytes;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_handler = onSignal;
  action.sa_flags = SA_ONSTACK;
  for (const int number : {SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGTERM, SIGXCPU, SIGXFSZ, SIGSYS, SIGRTMIN + 1}) {
    if (sigaction(number, &action, nullptr) == 0) ++installed;
  }
}

}  // namespace

extern "C" int aclsim_signal_handlers(void) { return installed; }
