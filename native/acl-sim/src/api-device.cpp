/** Devices and contexts. */
#include "call.hpp"

using namespace aclsim;

namespace {

aclError invalidDevice(int32_t deviceId) {
  explain("Device " + std::to_string(deviceId) + " does not exist; there are " + std::to_string(simulator().config.deviceCount) + ".");
  return 107001;
}

/** Total of all threads. Needs the simulator's lock. */
int referencesOf(const Device &device) {
  int total = 0;
  for (const auto &[thread, count] : device.references) total += count;
  return total;
}

/** This thread's context goes when it was one of the device. */
void forgetContext(int32_t deviceId) {
  std::shared_ptr<Context> &current = threadState().context;
  if (current && current->deviceId == deviceId && current->destroyed) current = nullptr;
}

bool hasHbm(const std::string &soc) { return soc.rfind("Ascend910", 0) == 0; }

aclError drainDevice(int timeoutMs) {
  Simulator &sim = simulator();
  const std::shared_ptr<Context> context = sim.currentContext();
  std::vector<std::shared_ptr<Stream>> streams;
  for (const auto &object : sim.handles.live([&](const Object &object) {
         return object.kind == Kind::stream && static_cast<const Stream &>(object).deviceId == context->deviceId;
       })) {
    streams.push_back(std::static_pointer_cast<Stream>(object));
  }
  aclError code = 0;
  if (const auto stream = sim.streamFor(nullptr, code)) streams.push_back(stream);
  for (const auto &stream : streams) {
    if (stream->drain(timeoutMs) == Wait::timeout) return 507046;
    const aclError failed = stream->takeError();
    if (code == 0) code = failed;
  }
  return code;
}

}  // namespace

extern "C" {

aclError aclrtGetDeviceCount(uint32_t *count) {
  return call("aclrtGetDeviceCount", init, arguments(), [&] {
    if (count == nullptr) return invalidArgument("count");
    *count = static_cast<uint32_t>(simulator().config.deviceCount);
    return *count == 0 ? 207004 : 0;
  });
}

aclError aclrtSetDevice(int32_t deviceId) {
  return call("aclrtSetDevice", init, arguments().add("deviceId", deviceId), [&] {
    Simulator &sim = simulator();
    Device *device = sim.device(deviceId);
    if (device == nullptr) return invalidDevice(deviceId);
    if (device->lost) return device->poison.load();
    std::shared_ptr<Context> primary;
    {
      const std::lock_guard<std::mutex> guard(sim.lock);
      primary = device->primary;
    }
    if (!primary) {
      primary = sim.makeContext(deviceId, true);
      const std::lock_guard<std::mutex> guard(sim.lock);
      device->primary = primary;
    }
    const std::lock_guard<std::mutex> guard(sim.lock);
    ++device->references[threadId()];
    threadState().context = device->primary;
    return 0;
  });
}

aclError aclrtResetDevice(int32_t deviceId) {
  return call("aclrtResetDevice", init | release, arguments().add("deviceId", deviceId), [&] {
    Simulator &sim = simulator();
    Device *device = sim.device(deviceId);
    if (device == nullptr) return invalidDevice(deviceId);
    bool balanced = false;
    bool last = false;
    {
      const std::lock_guard<std::mutex> guard(sim.lock);
      int &count = device->references[threadId()];
      balanced = count > 0;
      if (balanced) --count;
      last = referencesOf(*device) == 0;
    }
    if (!balanced) {
      sim.ledger.violation(misuse::unbalancedReset, "this thread has not set device " + std::to_string(deviceId) + " as often as it resets it");
      return 107001;
    }
    if (last) sim.resetDevice(*device, false);
    forgetContext(deviceId);
    return 0;
  });
}

aclError aclrtResetDeviceForce(int32_t deviceId) {
  return call("aclrtResetDeviceForce", init | release, arguments().add("deviceId", deviceId), [&] {
    Simulator &sim = simulator();
    Device *device = sim.device(deviceId);
    if (device == nullptr) return invalidDevice(deviceId);
    sim.resetDevice(*device, true);
    sim.wakeWaiters();
    forgetContext(deviceId);
    if (device->lost) return device->poison.load();
    device->poison = 0;
    return 0;
  });
}

aclError aclrtGetDevice(int32_t *deviceId) {
  return call("aclrtGetDevice", context, arguments(), [&] {
    if (deviceId == nullptr) return invalidArgument("deviceId");
    *deviceId = simulator().currentContext()->deviceId;
    return 0;
  });
}

aclError aclrtGetRunMode(aclrtRunMode *runMode) {
  return call("aclrtGetRunMode", init, arguments(), [&] {
    if (runMode == nullptr) return invalidArgument("runMode");
    *runMode = simulator().config.rcMode ? ACL_DEVICE : ACL_HOST;
    return 0;
  });
}

aclError aclrtSynchronizeDevice(void) {
  return call("aclrtSynchronizeDevice", context, arguments(), [] { return drainDevice(-1); });
}

aclError aclrtSynchronizeDeviceWithTimeout(int32_t timeout) {
  return call("aclrtSynchronizeDeviceWithTimeout", context, arguments().add("timeout", timeout), [&] { return drainDevice(timeout); });
}

aclError aclrtQueryDeviceStatus(int32_t deviceId, aclrtDeviceStatus *deviceStatus) {
  return call("aclrtQueryDeviceStatus", init, arguments().add("deviceId", deviceId), [&] {
    const Device *device = simulator().device(deviceId);
    if (device == nullptr) return invalidDevice(deviceId);
    if (deviceStatus == nullptr) return invalidArgument("deviceStatus");
    *deviceStatus = device->poison != 0 ? ACL_RT_DEVICE_STATUS_ABNORMAL : ACL_RT_DEVICE_STATUS_NORMAL;
    return 0;
  });
}

aclError aclrtGetDeviceUtilizationRate(int32_t deviceId, aclrtUtilizationInfo *utilizationInfo) {
  return call("aclrtGetDeviceUtilizationRate", init, arguments().add("deviceId", deviceId), [&] {
    Simulator &sim = simulator();
    if (sim.device(deviceId) == nullptr) return invalidDevice(deviceId);
    if (utilizationInfo == nullptr || utilizationInfo->utilizationExtend != nullptr) return invalidArgument("utilizationInfo");
    *utilizationInfo = aclrtUtilizationInfo();
    utilizationInfo->memoryUtilization = static_cast<int32_t>(sim.memory.usedBytes(deviceId) * 100 / sim.config.capacityBytes);
    return 0;
  });
}

const char *aclrtGetSocName(void) {
  return value("aclrtGetSocName", [] { return simulator().config.soc.c_str(); });
}

aclError aclrtDeviceCanAccessPeer(int32_t *canAccessPeer, int32_t deviceId, int32_t peerDeviceId) {
  return call("aclrtDeviceCanAccessPeer", init, arguments().add("deviceId", deviceId).add("peerDeviceId", peerDeviceId), [&] {
    if (canAccessPeer == nullptr) return invalidArgument("canAccessPeer");
    *canAccessPeer = 0;
    return 0;
  });
}

aclError aclrtDeviceEnablePeerAccess(int32_t peerDeviceId, uint32_t flags) {
  return call("aclrtDeviceEnablePeerAccess", context, arguments().add("peerDeviceId", peerDeviceId).add("flags", flags), [] { return 207000; });
}

aclError aclrtGetMemInfo(aclrtMemAttr attr, size_t *free, size_t *total) {
  return call("aclrtGetMemInfo", context, arguments().add("attr", attr), [&] {
    Simulator &sim = simulator();
    if (free == nullptr || total == nullptr) return invalidArgument("free");
    const bool asksHbm = attr == ACL_HBM_MEM || attr == ACL_HBM_MEM_HUGE || attr == ACL_HBM_MEM_NORMAL;
    const bool has = asksHbm == hasHbm(sim.config.soc);
    *total = has ? sim.config.capacityBytes : 0;
    *free = has ? sim.config.capacityBytes - sim.memory.usedBytes(sim.currentContext()->deviceId) : 0;
    return 0;
  });
}

aclError aclrtSetOpExecuteTimeOut(uint32_t timeout) {
  return call("aclrtSetOpExecuteTimeOut", context, arguments().add("timeout", timeout), [] { return 0; });
}

aclError aclrtCreateContext(aclrtContext *made, int32_t deviceId) {
  return call("aclrtCreateContext", init, arguments().add("deviceId", deviceId), [&] {
    Simulator &sim = simulator();
    Device *device = sim.device(deviceId);
    if (device == nullptr) return invalidDevice(deviceId);
    if (made == nullptr) return invalidArgument("context");
    if (device->poison != 0) return device->poison.load();
    const auto fresh = sim.makeContext(deviceId, false);
    threadState().context = fresh;
    *made = fresh->handle;
    return 0;
  });
}

aclError aclrtDestroyContext(aclrtContext handle) {
  return call("aclrtDestroyContext", init | release, arguments().add("target", handle), [&] {
    Simulator &sim = simulator();
    const auto found = sim.handles.get<Context>(handle, Kind::context);
    if (!found) return 107017;
    if (found->primary) return invalidParameter("the default context of a device goes with aclrtResetDevice");
    sim.destroyContext(found, true);
    if (threadState().context == found) threadState().context = nullptr;
    return 0;
  });
}

aclError aclrtSetCurrentContext(aclrtContext handle) {
  return call("aclrtSetCurrentContext", init, arguments().add("target", handle), [&] {
    const auto found = simulator().handles.get<Context>(handle, Kind::context);
    if (!found) return 107017;
    threadState().context = found;
    return 0;
  });
}

aclError aclrtGetCurrentContext(aclrtContext *handle) {
  return call("aclrtGetCurrentContext", context, arguments(), [&] {
    if (handle == nullptr) return invalidArgument("context");
    *handle = threadState().context->handle;
    return 0;
  });
}

}
