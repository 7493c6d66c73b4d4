/** JavaScript's handle of a loaded model. */
#pragma once

#include "environment.hpp"

namespace railscope {

class NativeModel : public Napi::ObjectWrap<NativeModel> {
 public:
  /** What the constructor receives, wrapped in an External. */
  struct Origin {
    int32_t deviceId;
    std::shared_ptr<ModelEntry> entry;
  };

  static Napi::Function defineClass(Napi::Env env);
  explicit NativeModel(const Napi::CallbackInfo &info);
  /** Collected without `close`: the worker frees the model all the same. */
  ~NativeModel() override;

  void freeSlot(size_t slot) { freeSlots_.push_back(slot); }

 private:
  Napi::Value describe(const Napi::CallbackInfo &info);
  Napi::Value submit(const Napi::CallbackInfo &info);
  Napi::Value close(const Napi::CallbackInfo &info);

  Conversion conversionOf(const TensorDescription &tensor, bool asFloat) const;
  void stageInputs(Napi::Env env, const Napi::Array &inputs, Run &run);
  void prepareOutputs(Napi::Env env, bool asFloat, Run &run, Pending &pending);
  void post(Environment &environment, Pending pending);

  int32_t deviceId_;
  /** null once closed */
  std::shared_ptr<ModelEntry> entry_;
  std::vector<size_t> freeSlots_;
  std::shared_ptr<bool> environmentLeft_;
};

}  // namespace railscope
