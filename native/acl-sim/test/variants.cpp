/** `acl-sim-variants-test NAME FOLDER`: the library of one variant, opened as the addon would open it. */
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <string>

#include "acl_sim_abi.h"
#include "testing.hpp"

namespace {

void *open(const std::string &file) {
  void *library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) std::fprintf(stderr, "%s\n", dlerror());
  EXPECT(library != nullptr);
  return library;
}

template <typename Function>
Function *symbol(void *library, const char *name) {
  auto *found = reinterpret_cast<Function *>(dlsym(library, name));
  if (found == nullptr) std::fprintf(stderr, "no %s\n", name);
  EXPECT(found != nullptr);
  return found;
}

bool has(void *library, const char *name) { return dlsym(library, name) != nullptr; }

void whole(const std::string &folder, bool optional) {
  void *library = open(folder + "/libascendcl.so");
  for (const char *name : {"aclInit", "aclrtMalloc", "aclmdlExecute"}) EXPECT(has(library, name));
  for (const char *name : {"aclGetRecentErrMsg", "aclrtResetDeviceForce", "aclmdlLoadWithConfig", "aclprofInit"}) EXPECT(has(library, name) == optional);
  EXPECT(!has(library, "aclsim_fwd_aclmdlExecute"));
  EXPECT(symbol<decltype(aclInit)>(library, "aclInit")(nullptr) == 0);
  EXPECT(symbol<decltype(aclFinalize)>(library, "aclFinalize")() == 0);
}

/** A description made through one half is known to the other. */
void split(const std::string &folder) {
  void *runtime = open(folder + "/libacl_rt.so");
  void *models = open(folder + "/libacl_mdl.so");
  void *profiler = open(folder + "/libmsprofiler.so");
  EXPECT(has(profiler, "aclprofInit"));
  // dlsym looks into what a library needs, too: only the runtime's own absence of models shows here
  EXPECT(!has(runtime, "aclmdlExecute") && has(models, "aclmdlExecute"));
  EXPECT(symbol<decltype(aclmdlCreateDesc)>(models, "aclmdlCreateDesc")() == nullptr);
  EXPECT(symbol<decltype(aclInit)>(runtime, "aclInit")(nullptr) == 0);
  aclmdlDesc *desc = symbol<decltype(aclmdlCreateDesc)>(models, "aclmdlCreateDesc")();
  EXPECT(desc != nullptr);
  EXPECT(symbol<decltype(aclmdlGetNumInputs)>(models, "aclmdlGetNumInputs")(desc) == 0);
  EXPECT(symbol<decltype(aclmdlDestroyDesc)>(models, "aclmdlDestroyDesc")(desc) == 0);
  EXPECT(symbol<decltype(aclFinalize)>(runtime, "aclFinalize")() == 0);
}

void stub(const std::string &folder) {
  void *library = open(folder + "/libascendcl.so");
  EXPECT(symbol<decltype(aclInit)>(library, "aclInit")(nullptr) == 100039);
  EXPECT(symbol<decltype(aclmdlCreateDesc)>(library, "aclmdlCreateDesc")() == nullptr);
}

bool handled(int number) {
  struct sigaction action {};
  sigaction(number, nullptr, &action);
  return action.sa_handler != SIG_DFL;
}

void signals(const std::string &folder) {
  setenv("ASCEND_COREDUMP_SIGNAL", "none", 1);
  void *quiet = open(folder + "/libascendcl.so");
  EXPECT(symbol<int()>(quiet, "aclsim_signal_handlers")() == 0 && !handled(SIGTERM));
}

void signalsTaken(const std::string &folder) {
  unsetenv("ASCEND_COREDUMP_SIGNAL");
  void *library = open(folder + "/libascendcl.so");
  EXPECT(symbol<int()>(library, "aclsim_signal_handlers")() == 13 && handled(SIGSEGV) && handled(SIGTERM));
}

}  // namespace

int main(int count, char **arguments) {
  if (count != 3) return 2;
  const std::string name = arguments[1];
  const std::string folder = name == "full" ? arguments[2] : std::string(arguments[2]) + "/" + (name == "signals-taken" ? "signals" : name);
  if (name == "full" || name == "old") whole(folder, name == "full");
  if (name == "split") split(folder);
  if (name == "stub") stub(folder);
  if (name == "signals") signals(folder);
  if (name == "signals-taken") signalsTaken(folder);
  return failedChecks() == 0 ? 0 : 1;
}
