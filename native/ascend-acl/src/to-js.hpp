/** Plain JavaScript values of the addon's structures; `binding.ts` declares their types. */
#pragma once

#include "environment.hpp"

namespace railscope {

Napi::Value describeModel(Napi::Env env, const ModelEntry &entry);
Napi::Value describeResult(Napi::Env env, const std::vector<Napi::Reference<Napi::ArrayBuffer>> &outputs, const RunTimes &times);
Napi::Value describeReleaseFailures(Napi::Env env, const std::vector<ReleaseFailure> &failures);
Napi::Value describeDevice(Napi::Env env, const DeviceInfo &info);
Napi::Value describeLoad(Napi::Env env, const LoadReport &report);
std::vector<LibraryCandidate> readCandidates(const Napi::Array &array);

}  // namespace railscope
