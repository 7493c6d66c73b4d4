/** Initialisation, errors, versions. */
#include <cstring>

#include "call.hpp"
#include "ops.hpp"

using namespace aclsim;

namespace {

aclError finalise() {
  Simulator &sim = simulator();
  if (!sim.initialised) return sim.finalised ? 100037 : 100001;
  sim.initialised = false;
  sim.finalised = true;
  sim.writeReport("finalize");
  return 0;
}

}  // namespace

extern "C" {

aclError aclInit(const char *configPath) {
  return call("aclInit", nothing, arguments().add("configPath", configPath), [] {
    Simulator &sim = simulator();
    if (sim.initialised) return 100002;
    if (sim.finalised) sim.ledger.violation(misuse::afterFinalize, "a real library cannot be initialised again after aclFinalize");
    sim.initialised = true;
    sim.finalised = false;
    return 0;
  });
}

aclError aclFinalize(void) { return call("aclFinalize", release, arguments(), finalise); }

aclError aclFinalizeReference(uint64_t *refCount) {
  return call("aclFinalizeReference", release, arguments(), [&] {
    if (refCount != nullptr) *refCount = 0;
    return finalise();
  });
}

const char *aclGetRecentErrMsg(void) {
  simulator().ledger.count("aclGetRecentErrMsg");
  ThreadState &state = threadState();
  if (state.pendingText.empty()) return nullptr;
  state.readText = std::exchange(state.pendingText, std::string());
  return state.readText.c_str();
}

aclError aclrtGetVersion(int32_t *major, int32_t *minor, int32_t *patch) {
  return call("aclrtGetVersion", nothing, arguments(), [&] {
    if (major == nullptr || minor == nullptr || patch == nullptr) return invalidArgument("version");
    *major = 1;
    *minor = 13;
    *patch = 0;
    return 0;
  });
}

aclError aclsysGetCANNVersion(aclCANNPackageName name, aclCANNPackageVersion *version) {
  return call("aclsysGetCANNVersion", nothing, arguments().add("name", name), [&] {
    if (version == nullptr) return invalidArgument("version");
    *version = aclCANNPackageVersion();
    std::strcpy(version->version, "8.1.RC1.simulated");
    std::strcpy(version->majorVersion, "8");
    std::strcpy(version->minorVersion, "1");
    std::strcpy(version->releaseVersion, "RC1");
    return 0;
  });
}

aclError aclsysGetVersionNum(char *pkgName, int32_t *versionNum) {
  return call("aclsysGetVersionNum", nothing, arguments().add("pkgName", pkgName), [&] {
    if (pkgName == nullptr || versionNum == nullptr) return invalidArgument("versionNum");
    *versionNum = 8 * 10000000 + 1 * 100000;
    return 0;
  });
}

aclError aclrtPeekAtLastError(aclrtLastErrLevel) { return threadState().lastError; }

aclError aclrtGetLastError(aclrtLastErrLevel) { return std::exchange(threadState().lastError, 0); }

void aclsim_register_backend(aclsim_backend backend, void *user) { setBackend(backend, user); }

void aclsim_set_faults(const char *rules) { simulator().faults.set(rules == nullptr ? "" : rules); }

const char *aclsim_report(void) {
  static thread_local std::string report;
  report = simulator().reportJson("now");
  return report.c_str();
}

}
