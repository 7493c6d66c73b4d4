/** The module that JavaScript loads; its type is declared in `binding.ts`. */
#include "half.hpp"
#include "native-model.hpp"
#include "to-js.hpp"

namespace railscope {
namespace {

/** Starts an operation on a device's worker and returns the promise of its answer. `settle` turns the answer into a value. */
template <typename T>
Napi::Value ask(Napi::Env env, const std::function<void(DeviceWorker::Done<T>)> &start,
                std::function<Napi::Value(Environment &, const T &)> settle) {
  Environment &environment = Environment::of(env);
  Pending pending(env);
  const Napi::Promise promise = pending.deferred.Promise();
  const uint64_t id = environment.add(std::move(pending));
  start([id, settle = std::move(settle), mailbox = environment.mailbox()](std::variant<T, Problem> answer) {
    mailbox->send([id, settle, answer = std::move(answer)](Environment &target) {
      const Napi::HandleScope scope(target.env());
      const Napi::Promise::Deferred deferred = target.take(id).deferred;
      if (const Problem *problem = std::get_if<Problem>(&answer)) return deferred.Reject(toError(target.env(), *problem).Value());
      deferred.Resolve(settle(target, std::get<T>(answer)));
    });
  });
  return promise;
}

DeviceWorker &workerOf(Napi::Env env, const Napi::Value &deviceId) {
  Environment::of(env).checkOpen();
  try {
    return Runtime::instance().worker(deviceId.As<Napi::Number>().Int32Value());
  } catch (const std::runtime_error &failure) {
    throw toError(env, {"closed", 0, "", failure.what()});
  }
}

Napi::Value load(const Napi::CallbackInfo &info) {
  return describeLoad(info.Env(), Runtime::instance().load(readCandidates(info[0].As<Napi::Array>())));
}

Napi::Value open(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  const Napi::Object options = info[0].As<Napi::Object>();
  const int32_t deviceId = options.Get("deviceId").As<Napi::Number>();
  OpenRequest request;
  request.path = options.Get("path").As<Napi::String>();
  request.slots = options.Get("slots").As<Napi::Number>().Uint32Value();
  request.streams = options.Get("streams").As<Napi::Number>().Uint32Value();
  DeviceWorker &worker = workerOf(env, options.Get("deviceId"));
  return ask<DeviceWorker::EntryPointer>(
      env, [&](DeviceWorker::Done<DeviceWorker::EntryPointer> done) { worker.open(std::move(request), std::move(done)); },
      [deviceId](Environment &target, const DeviceWorker::EntryPointer &entry) {
        NativeModel::Origin origin{deviceId, entry};
        return target.modelConstructor().New({Napi::External<NativeModel::Origin>::New(target.env(), &origin)});
      });
}

Napi::Value deviceInfo(const Napi::CallbackInfo &info) {
  DeviceWorker &worker = workerOf(info.Env(), info[0]);
  return ask<DeviceInfo>(
      info.Env(), [&](DeviceWorker::Done<DeviceInfo> done) { worker.info(std::move(done)); },
      [](Environment &target, const DeviceInfo &device) { return describeDevice(target.env(), device); });
}

Napi::Value rebuild(const Napi::CallbackInfo &info) {
  DeviceWorker &worker = workerOf(info.Env(), info[0]);
  const auto seenGeneration = static_cast<uint64_t>(info[1].As<Napi::Number>().Int64Value());
  return ask<DeviceInfo>(
      info.Env(), [&](DeviceWorker::Done<DeviceInfo> done) { worker.rebuild(seenGeneration, std::move(done)); },
      [](Environment &target, const DeviceInfo &device) { return describeDevice(target.env(), device); });
}

void giveUpWaiting(const Napi::CallbackInfo &info) { Environment::of(info.Env()).giveUpWaiting(); }

void leave(const Napi::CallbackInfo &info) { Environment::of(info.Env()).leave(); }

template <void (*Convert)(const float *, uint16_t *, size_t)>
Napi::Value encode(const Napi::CallbackInfo &info) {
  const auto from = info[0].As<Napi::Float32Array>();
  auto to = Napi::Uint16Array::New(info.Env(), from.ElementLength());
  Convert(from.Data(), to.Data(), from.ElementLength());
  return to;
}

template <void (*Convert)(const uint16_t *, float *, size_t)>
Napi::Value decode(const Napi::CallbackInfo &info) {
  const auto from = info[0].As<Napi::Uint16Array>();
  auto to = Napi::Float32Array::New(info.Env(), from.ElementLength());
  Convert(from.Data(), to.Data(), from.ElementLength());
  return to;
}

Napi::Object initialise(Napi::Env env, Napi::Object exports) {
  auto *environment = new Environment(env);
  env.SetInstanceData(environment);
  environment->modelConstructor() = Napi::Persistent(NativeModel::defineClass(env));
  exports["load"] = Napi::Function::New<load>(env);
  exports["open"] = Napi::Function::New<open>(env);
  exports["deviceInfo"] = Napi::Function::New<deviceInfo>(env);
  exports["rebuild"] = Napi::Function::New<rebuild>(env);
  exports["giveUpWaiting"] = Napi::Function::New<giveUpWaiting>(env);
  exports["leave"] = Napi::Function::New<leave>(env);
  exports["encodeHalf"] = Napi::Function::New<encode<floatToHalf>>(env);
  exports["decodeHalf"] = Napi::Function::New<decode<halfToFloat>>(env);
  exports["encodeBfloat"] = Napi::Function::New<encode<floatToBfloat>>(env);
  exports["decodeBfloat"] = Napi::Function::New<decode<bfloatToFloat>>(env);
  return exports;
}

}  // namespace
}  // namespace railscope

Napi::Object initialiseRailscopeAscend(Napi::Env env, Napi::Object exports) { return railscope::initialise(env, exports); }

NODE_API_MODULE(ascend_acl, initialiseRailscopeAscend)
