#include "to-js.hpp"

namespace railscope {
namespace {

Napi::Array strings(Napi::Env env, const std::vector<std::string> &values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); i++) array[i] = Napi::String::New(env, values[i]);
  return array;
}

Napi::Array numbers(Napi::Env env, const std::vector<int64_t> &values) {
  Napi::Array array = Napi::Array::New(env, values.size());
  for (uint32_t i = 0; i < values.size(); i++) array[i] = Napi::Number::New(env, static_cast<double>(values[i]));
  return array;
}

Napi::Array numberLists(Napi::Env env, const std::vector<std::vector<int64_t>> &lists) {
  Napi::Array array = Napi::Array::New(env, lists.size());
  for (uint32_t i = 0; i < lists.size(); i++) array[i] = numbers(env, lists[i]);
  return array;
}

Napi::Number count(Napi::Env env, size_t value) { return Napi::Number::New(env, static_cast<double>(value)); }

Napi::Array tensors(Napi::Env env, const std::vector<TensorDescription> &descriptions) {
  Napi::Array array = Napi::Array::New(env, descriptions.size());
  for (uint32_t i = 0; i < descriptions.size(); i++) {
    const TensorDescription &description = descriptions[i];
    Napi::Object tensor = Napi::Object::New(env);
    tensor["name"] = Napi::String::New(env, description.name);
    tensor["dataType"] = Napi::Number::New(env, description.dataType);
    tensor["format"] = Napi::Number::New(env, description.format);
    tensor["dims"] = numbers(env, description.dims);
    tensor["bytes"] = count(env, description.bytes);
    array[i] = tensor;
  }
  return array;
}

const char *nameOf(GearKind kind) {
  switch (kind) {
    case GearKind::batch:
      return "batch";
    case GearKind::imageSize:
      return "image-size";
    case GearKind::dims:
      return "dims";
    case GearKind::none:
      break;
  }
  return "none";
}

}  // namespace

Napi::Value describeModel(Napi::Env env, const ModelEntry &entry) {
  Napi::Object model = Napi::Object::New(env);
  model["inputs"] = tensors(env, entry.shape.inputs);
  model["outputs"] = tensors(env, entry.shape.outputs);
  model["gearKind"] = Napi::String::New(env, nameOf(entry.shape.gearKind));
  Napi::Array gears = Napi::Array::New(env, entry.shape.gears.size());
  for (uint32_t i = 0; i < entry.shape.gears.size(); i++) {
    Napi::Object gear = Napi::Object::New(env);
    gear["values"] = numbers(env, entry.shape.gears[i].values);
    gear["inputDims"] = numberLists(env, entry.shape.gears[i].inputDims);
    gear["outputDims"] = numberLists(env, entry.shape.gears[i].outputDims);
    gears[i] = gear;
  }
  model["gears"] = gears;
  Napi::Object memory = Napi::Object::New(env);
  memory["deviceBytes"] = count(env, entry.memory.deviceBytes);
  memory["pinnedBytes"] = count(env, entry.memory.pinnedBytes);
  memory["workBytes"] = count(env, entry.memory.workBytes);
  memory["weightBytes"] = count(env, entry.memory.weightBytes);
  model["memory"] = memory;
  return model;
}

Napi::Value describeResult(Napi::Env env, const std::vector<Napi::Reference<Napi::ArrayBuffer>> &outputs, const RunTimes &times) {
  Napi::Object result = Napi::Object::New(env);
  Napi::Array buffers = Napi::Array::New(env, outputs.size());
  for (uint32_t i = 0; i < outputs.size(); i++) buffers[i] = outputs[i].Value();
  result["outputs"] = buffers;
  result["copyInMs"] = Napi::Number::New(env, times.copyInMs);
  result["computeMs"] = Napi::Number::New(env, times.computeMs);
  result["copyOutMs"] = Napi::Number::New(env, times.copyOutMs);
  return result;
}

Napi::Value describeReleaseFailures(Napi::Env env, const std::vector<ReleaseFailure> &failures) {
  Napi::Array array = Napi::Array::New(env, failures.size());
  for (uint32_t i = 0; i < failures.size(); i++) {
    Napi::Object failure = Napi::Object::New(env);
    failure["symbol"] = Napi::String::New(env, failures[i].symbol);
    failure["code"] = Napi::Number::New(env, failures[i].code);
    array[i] = failure;
  }
  return array;
}

Napi::Value describeDevice(Napi::Env env, const DeviceInfo &info) {
  Napi::Object device = Napi::Object::New(env);
  device["socName"] = Napi::String::New(env, info.socName);
  device["freeBytes"] = count(env, info.freeBytes);
  device["totalBytes"] = count(env, info.totalBytes);
  device["sharedMemory"] = Napi::Boolean::New(env, info.sharedMemory);
  device["generation"] = count(env, info.generation);
  return device;
}

Napi::Value describeLoad(Napi::Env env, const LoadReport &report) {
  Napi::Object result = Napi::Object::New(env);
  result["loaded"] = Napi::Boolean::New(env, report.loaded);
  result["libraries"] = strings(env, report.libraries);
  result["missingRequired"] = strings(env, report.missingRequired);
  result["missingOptional"] = strings(env, report.missingOptional);
  Napi::Array attempts = Napi::Array::New(env, report.attempts.size());
  for (uint32_t i = 0; i < report.attempts.size(); i++) {
    Napi::Object attempt = Napi::Object::New(env);
    attempt["origin"] = Napi::String::New(env, report.attempts[i].origin);
    attempt["path"] = Napi::String::New(env, report.attempts[i].path);
    attempt["outcome"] = Napi::String::New(env, report.attempts[i].outcome);
    attempt["detail"] = Napi::String::New(env, report.attempts[i].detail);
    attempts[i] = attempt;
  }
  result["attempts"] = attempts;
  return result;
}

std::vector<LibraryCandidate> readCandidates(const Napi::Array &array) {
  std::vector<LibraryCandidate> candidates;
  for (uint32_t i = 0; i < array.Length(); i++) {
    const Napi::Object object = array.Get(i).As<Napi::Object>();
    LibraryCandidate candidate;
    candidate.origin = object.Get("origin").As<Napi::String>();
    candidate.loadedOnly = object.Get("loadedOnly").As<Napi::Boolean>();
    const Napi::Array paths = object.Get("paths").As<Napi::Array>();
    for (uint32_t path = 0; path < paths.Length(); path++) candidate.paths.push_back(paths.Get(path).As<Napi::String>());
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace railscope
