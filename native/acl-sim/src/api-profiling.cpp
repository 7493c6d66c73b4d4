/** Profiling: order and handles are checked, nothing is measured. */
#include "call.hpp"

using namespace aclsim;

namespace {

std::atomic<bool> profiling{false};

}  // namespace

extern "C" {

aclError aclprofInit(const char *profilerResultPath, size_t length) {
  return call("aclprofInit", init, arguments().add("length", length), [&] {
    if (profilerResultPath == nullptr || length == 0) return invalidArgument("profilerResultPath");
    return profiling.exchange(true) ? 148046 : 0;
  });
}

aclError aclprofFinalize(void) {
  return call("aclprofFinalize", init | release, arguments(), [] { return profiling.exchange(false) ? 0 : 148046; });
}

aclprofConfig *aclprofCreateConfig(uint32_t *deviceIdList, uint32_t deviceNums, aclprofAicoreMetrics, const aclprofAicoreEvents *, uint64_t) {
  return make<aclprofConfig>("aclprofCreateConfig", arguments().add("deviceNums", deviceNums), [&]() -> aclprofConfig * {
    if (deviceIdList == nullptr || deviceNums == 0) return nullptr;
    return static_cast<aclprofConfig *>(simulator().handles.add(std::make_shared<ProfConfig>()));
  });
}

aclError aclprofDestroyConfig(const aclprofConfig *profilerConfig) {
  return call("aclprofDestroyConfig", init | release, arguments(),
              [&] { return simulator().handles.remove(profilerConfig, Kind::profConfig) ? 0 : 100000; });
}

aclError aclprofStart(const aclprofConfig *profilerConfig) {
  return call("aclprofStart", init, arguments(), [&] {
    if (!profiling) return 148046;
    return simulator().handles.find(profilerConfig, Kind::profConfig) ? 0 : 100000;
  });
}

aclError aclprofStop(const aclprofConfig *profilerConfig) {
  return call("aclprofStop", init | release, arguments(), [&] {
    if (!profiling) return 148046;
    return simulator().handles.find(profilerConfig, Kind::profConfig) ? 0 : 100000;
  });
}

}
