#include "runtime.hpp"

#include <algorithm>
#include <unistd.h>

#include "model.hpp"

namespace aclsim {

Simulator &simulator() {
  static Simulator *const instance = new Simulator();
  return *instance;
}

Simulator::Simulator()
    : config(readConfig()), ledger(trace), handles(ledger), memory(config, ledger), processId(getpid()), random_(config.seed) {
  trace.open(config.tracePath);
  faults.set(config.faults);
  for (int id = 0; id < config.deviceCount; ++id) devices_.push_back(std::make_unique<Device>(id));
  hostClock_.tick(hostClockId);
  watchExit();
}

Device *Simulator::device(int id) {
  return id >= 0 && static_cast<size_t>(id) < devices_.size() ? devices_[static_cast<size_t>(id)].get() : nullptr;
}

std::shared_ptr<Context> Simulator::currentContext() {
  std::shared_ptr<Context> &context = threadState().context;
  if (!context) {
    ledger.violation(misuse::noContext, "this thread has neither set a device nor a context");
    explain("The current thread has no context; set a device or a context on this thread first.");
    return nullptr;
  }
  if (context->destroyed) {
    ledger.violation(misuse::destroyedContext, "the current context of this thread was destroyed");
    explain("The current context was destroyed.");
    return nullptr;
  }
  return context;
}

std::shared_ptr<Context> Simulator::makeContext(int deviceId, bool primary) {
  auto context = std::make_shared<Context>(deviceId, primary);
  handles.add(context);
  return context;
}

std::shared_ptr<Stream> Simulator::streamFor(aclrtStream handle, aclError &code) {
  const std::shared_ptr<Context> context = currentContext();
  if (!context) {
    code = 107002;
    return nullptr;
  }
  if (handle == nullptr) {
    const std::lock_guard<std::mutex> guard(lock);
    if (!context->defaultStream) context->defaultStream = std::make_shared<Stream>(context, true);
    return context->defaultStream;
  }
  auto stream = handles.get<Stream>(handle, Kind::stream);
  if (!stream) {
    code = 107017;
    return nullptr;
  }
  if (stream->owner != context) {
    ledger.violation(misuse::wrongContext, "the stream belongs to another context than the current one");
    explain("The stream is not in the current context.");
    code = 107003;
    return nullptr;
  }
  return stream;
}

void Simulator::destroyContext(const std::shared_ptr<Context> &context, bool leaks) {
  const auto mine = handles.live([&](const Object &object) { return object.owner == context; });
  for (const auto &object : mine) {
    if (leaks) {
      ledger.violation(misuse::leftAtReset, std::string(kindName(object->kind)) + " made by " + object->madeBy + " (call " +
                                                std::to_string(object->seq) + ") was still there when its context was destroyed");
    }
    if (object->kind == Kind::stream) static_cast<Stream &>(*object).stop();
    handles.drop(object);
  }
  std::vector<std::shared_ptr<LoadedModel>> unloaded;
  std::shared_ptr<Stream> defaultStream;
  {
    const std::lock_guard<std::mutex> guard(lock);
    for (auto at = models.begin(); at != models.end();) {
      if (at->second->context != context) {
        ++at;
        continue;
      }
      unloaded.push_back(at->second);
      at = models.erase(at);
    }
    defaultStream = std::move(context->defaultStream);
    context->defaultStream = nullptr;
  }
  for (const auto &model : unloaded) {
    if (leaks) ledger.violation(misuse::leftAtReset, "model " + std::to_string(model->id) + " was still loaded when its context was destroyed");
    memory.refund(context->deviceId, model->ownBytes);
  }
  if (defaultStream) defaultStream->stop();
  context->destroyed = true;
  handles.drop(context);
}

void Simulator::resetDevice(Device &device, bool force) {
  const auto contexts = handles.live([&](const Object &object) {
    return object.kind == Kind::context && static_cast<const Context &>(object).deviceId == device.id;
  });
  for (const auto &object : contexts) {
    const auto context = std::static_pointer_cast<Context>(object);
    if (!context->primary && !force) {
      ledger.violation(misuse::leftAtReset, "a context made by " + context->madeBy + " (call " + std::to_string(context->seq) +
                                                ") was still there when its device was reset");
    }
    destroyContext(context, !force);
  }
  for (const Leak &leak : memory.live({device.id})) {
    if (!force) {
      ledger.violation(misuse::leftAtReset, leak.kind + " of " + std::to_string(leak.bytes) + " bytes made by " + leak.madeBy + " (call " +
                                                std::to_string(leak.seq) + ") was still there when its device was reset");
    }
  }
  memory.releaseDevice(device.id);
  const std::lock_guard<std::mutex> guard(lock);
  device.primary = nullptr;
  device.references.clear();
}

void Simulator::poison(int deviceId, const Fault &fault) {
  Device *found = device(deviceId);
  if (found == nullptr) return;
  found->poison = fault.code;
  if (fault.lost) found->lost = true;
}

aclError Simulator::poisonOf(int deviceId) {
  const Device *found = device(deviceId);
  return found == nullptr ? 0 : found->poison.load();
}

void Simulator::hang() {
  std::unique_lock<std::mutex> guard(hangLock_);
  const uint64_t before = hangReleases_;
  hangChanged_.wait(guard, [&] { return hangReleases_ != before; });
}

void Simulator::wakeWaiters() {
  {
    const std::lock_guard<std::mutex> guard(hangLock_);
    ++hangReleases_;
  }
  hangChanged_.notify_all();
}

double Simulator::jittered(double microseconds) {
  if (config.latency.jitter <= 0) return microseconds;
  const std::lock_guard<std::mutex> guard(randomLock_);
  std::uniform_real_distribution<double> spread(1 - config.latency.jitter, 1 + config.latency.jitter);
  return microseconds * spread(random_);
}

VectorClock Simulator::hostClock() {
  const std::lock_guard<std::mutex> guard(clockLock_);
  VectorClock now = hostClock_;
  hostClock_.tick(hostClockId);
  return now;
}

void Simulator::hostSaw(const VectorClock &clock) {
  const std::lock_guard<std::mutex> guard(clockLock_);
  hostClock_.join(clock);
}

std::shared_ptr<LoadedModel> Simulator::model(uint32_t id) {
  const std::lock_guard<std::mutex> guard(lock);
  const auto found = models.find(id);
  return found == models.end() ? nullptr : found->second;
}

uint32_t Simulator::nextModelId() {
  const std::lock_guard<std::mutex> guard(randomLock_);
  lastModelId_ += 1 + static_cast<uint32_t>(random_() % 7);
  return lastModelId_;
}

}  // namespace aclsim
