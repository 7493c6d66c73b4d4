#include "native-model.hpp"

#include <cstring>

#include "to-js.hpp"

namespace railscope {
namespace {

size_t elementsOf(const std::vector<int64_t> &dims) {
  size_t elements = 1;
  for (int64_t dim : dims) elements *= static_cast<size_t>(dim);
  return elements;
}

Problem problemOf(const RunOutcome &outcome) {
  if (outcome.end == RunOutcome::End::timedOut) return {"timeout", 0, "", "the device did not answer in time"};
  if (outcome.end == RunOutcome::End::dropped || !outcome.failure) {
    return {"dropped", 0, "", "the model was closed or its device reset"};
  }
  return {"acl", outcome.failure->code, outcome.failure->symbol, outcome.failure->detail};
}

}  // namespace

Napi::Function NativeModel::defineClass(Napi::Env env) {
  return DefineClass(env, "NativeModel",
                     {
                         InstanceMethod<&NativeModel::describe>("describe"),
                         InstanceMethod<&NativeModel::submit>("submit"),
                         InstanceMethod<&NativeModel::close>("close"),
                     });
}

NativeModel::NativeModel(const Napi::CallbackInfo &info) : Napi::ObjectWrap<NativeModel>(info) {
  if (!info[0].IsExternal()) throw Napi::TypeError::New(info.Env(), "NativeModel cannot be constructed from JavaScript");
  const Origin &origin = *info[0].As<Napi::External<Origin>>().Data();
  environmentLeft_ = Environment::of(info.Env()).left();
  deviceId_ = origin.deviceId;
  entry_ = origin.entry;
  for (size_t slot = entry_->request.slots; slot > 0; slot--) freeSlots_.push_back(slot - 1);
  Environment::of(info.Env()).adopt(deviceId_, entry_);
}

NativeModel::~NativeModel() {
  if (!entry_ || *environmentLeft_) return;
  Environment::of(Env()).forget(entry_);
  Runtime::instance().worker(deviceId_).close(entry_, [](const std::vector<ReleaseFailure> &) {});
}

Napi::Value NativeModel::describe(const Napi::CallbackInfo &info) {
  if (!entry_) throw toError(info.Env(), {"closed", 0, "", "the model is closed"});
  return describeModel(info.Env(), *entry_);
}

Conversion NativeModel::conversionOf(const TensorDescription &tensor, bool asFloat) const {
  if (!asFloat) return Conversion::none;
  if (tensor.dataType == ACL_FLOAT16) return Conversion::half;
  if (tensor.dataType == ACL_BF16) return Conversion::bfloat;
  return Conversion::none;
}

void NativeModel::stageInputs(Napi::Env env, const Napi::Array &inputs, Run &run) {
  const ModelShape &shape = entry_->shape;
  if (inputs.Length() != shape.inputs.size()) throw Napi::TypeError::New(env, "wrong number of inputs");
  const std::unique_lock lock(entry_->stagingMutex, std::try_to_lock);
  if (!lock.owns_lock() || !entry_->pipeline) throw toError(env, {"busy", 0, "", "the device is being rebuilt"});
  for (uint32_t i = 0; i < inputs.Length(); i++) {
    const Napi::Value value = inputs[i];
    if (!value.IsTypedArray()) throw Napi::TypeError::New(env, "input is no typed array");
    const Napi::TypedArray array = value.As<Napi::TypedArray>();
    const Conversion conversion = conversionOf(shape.inputs[i], array.TypedArrayType() == napi_float32_array);
    const size_t elementSize = conversion == Conversion::none ? elementBytes(shape.inputs[i].dataType) : sizeof(float);
    const size_t expected = elementsOf(shape.gears[run.gear].inputDims[i]) * elementSize;
    const InputStaging staging = entry_->pipeline->staging(run.slot, i, conversion);
    if (array.ByteLength() != expected || expected > staging.bytes) throw Napi::RangeError::New(env, "input has a wrong length");
    const auto *bytes = static_cast<const uint8_t *>(array.ArrayBuffer().Data()) + array.ByteOffset();
    std::memcpy(staging.data, bytes, expected);
    run.inputConversions.push_back(conversion);
  }
}

void NativeModel::prepareOutputs(Napi::Env env, bool asFloat, Run &run, Pending &pending) {
  const ModelShape &shape = entry_->shape;
  for (size_t i = 0; i < shape.outputs.size(); i++) {
    const Conversion conversion = conversionOf(shape.outputs[i], asFloat);
    const size_t elementSize = conversion == Conversion::none ? elementBytes(shape.outputs[i].dataType) : sizeof(float);
    const size_t bytes = elementsOf(shape.gears[run.gear].outputDims[i]) * elementSize;
    Napi::ArrayBuffer buffer = Napi::ArrayBuffer::New(env, bytes);
    run.outputs.push_back({buffer.Data(), bytes, conversion});
    pending.outputs.push_back(Napi::Reference<Napi::ArrayBuffer>::New(buffer, 1));
  }
}

Napi::Value NativeModel::submit(const Napi::CallbackInfo &info) {
  const Napi::Env env = info.Env();
  Environment &environment = Environment::of(env);
  environment.checkOpen();
  if (!entry_) throw toError(env, {"closed", 0, "", "the model is closed"});
  if (freeSlots_.empty()) throw toError(env, {"busy", 0, "", "every slot is in use"});
  auto run = std::make_shared<Run>();
  run->slot = freeSlots_.back();
  run->gear = info[1].As<Napi::Number>().Uint32Value();
  if (run->gear >= entry_->shape.gears.size()) throw Napi::RangeError::New(env, "no such gear");
  run->deadline = Clock::now() + std::chrono::milliseconds(info[3].As<Napi::Number>().Int64Value());
  Pending pending(env);
  stageInputs(env, info[0].As<Napi::Array>(), *run);
  prepareOutputs(env, info[2].As<Napi::Boolean>(), *run, pending);
  pending.owner = Napi::Persistent(info.This().As<Napi::Object>());
  pending.run = run;
  const Napi::Promise promise = pending.deferred.Promise();
  freeSlots_.pop_back();
  post(environment, std::move(pending));
  return promise;
}

void NativeModel::post(Environment &environment, Pending pending) {
  const std::shared_ptr<Run> run = pending.run;
  const uint64_t id = environment.add(std::move(pending));
  const size_t slot = run->slot;
  run->done = [id, slot, mailbox = environment.mailbox()](const RunOutcome &outcome) {
    mailbox->send([id, slot, outcome](Environment &target) {
      const Napi::Env env = target.env();
      const Napi::HandleScope scope(env);
      Pending pending = target.take(id);
      Unwrap(pending.owner.Value())->freeSlot(slot);
      if (outcome.end != RunOutcome::End::done) return pending.deferred.Reject(toError(env, problemOf(outcome)).Value());
      pending.deferred.Resolve(describeResult(env, pending.outputs, outcome.times));
    });
  };
  Runtime::instance().worker(deviceId_).submit(entry_, run);
}

Napi::Value NativeModel::close(const Napi::CallbackInfo &info) {
  Environment &environment = Environment::of(info.Env());
  Pending pending(info.Env());
  const Napi::Promise promise = pending.deferred.Promise();
  if (!entry_ || *environmentLeft_) {
    pending.deferred.Resolve(Napi::Array::New(info.Env()));
    return promise;
  }
  const std::shared_ptr<ModelEntry> entry = std::move(entry_);
  entry_.reset();
  environment.forget(entry);
  const uint64_t id = environment.add(std::move(pending));
  Runtime::instance().worker(deviceId_).close(entry, [id, mailbox = environment.mailbox()](const std::vector<ReleaseFailure> &failures) {
    mailbox->send([id, failures](Environment &target) {
      const Napi::HandleScope scope(target.env());
      target.take(id).deferred.Resolve(describeReleaseFailures(target.env(), failures));
    });
  });
  return promise;
}

}  // namespace railscope
