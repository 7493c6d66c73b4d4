/** Loading and unloading models. */
#include <cstring>

#include "call.hpp"
#include "model.hpp"

using namespace aclsim;

namespace {

struct Given {
  void *work = nullptr;
  size_t workBytes = 0;
  void *weight = nullptr;
  size_t weightBytes = 0;
};

/** Memory that the application offers must be device memory of the right size. */
aclError checkGiven(const void *address, size_t bytes, size_t neededBytes, const char *what) {
  if (address == nullptr) return 0;
  if (bytes < neededBytes) {
    explain(std::string(what) + " memory: " + std::to_string(bytes) + " bytes given, " + std::to_string(neededBytes) + " needed.");
    return 145000;
  }
  if (reinterpret_cast<uintptr_t>(address) % 64 != 0) return 200003;
  return simulator().memory.device(address, bytes, simulator().currentContext()->deviceId) ? 0 : 145007;
}

aclError load(const std::shared_ptr<ModelFile> &file, const Given &given, uint32_t *modelId) {
  Simulator &sim = simulator();
  if (!file->soc.empty() && file->soc != sim.config.soc) {
    explain("The model was converted for " + file->soc + ", this device is " + sim.config.soc + ".");
    return 507008;
  }
  if (const aclError code = checkGiven(given.work, given.workBytes, file->workBytes, "work")) return code;
  if (const aclError code = checkGiven(given.weight, given.weightBytes, file->weightBytes, "weight")) return code;
  const auto context = sim.currentContext();
  auto model = std::make_shared<LoadedModel>();
  model->ownBytes = (given.work == nullptr ? file->workBytes : 0) + (given.weight == nullptr ? file->weightBytes : 0);
  if (sim.memory.charge(context->deviceId, model->ownBytes) != 0) return 245002;
  model->id = sim.nextModelId();
  model->file = file;
  model->context = context;
  model->work = given.work;
  model->weight = given.weight;
  model->madeBy = currentCall();
  model->seq = threadState().callSeq;
  model->thread = threadId();
  *modelId = model->id;
  const std::lock_guard<std::mutex> guard(sim.lock);
  sim.models[model->id] = model;
  return 0;
}

aclError loadFile(const char *path, const Given &given, uint32_t *modelId) {
  if (path == nullptr || modelId == nullptr) return invalidArgument("modelPath or modelId");
  std::shared_ptr<ModelFile> file;
  if (const aclError code = readModel(path, file)) return code;
  return load(file, given, modelId);
}

aclError loadMemory(const void *model, size_t bytes, const Given &given, uint32_t *modelId) {
  Simulator &sim = simulator();
  if (model == nullptr || modelId == nullptr || bytes == 0) return invalidArgument("model or modelId");
  const void *readable = model;
  Span span;
  if (sim.config.rcMode) {
    if (!sim.memory.isDevice(model)) return 145007;
    span = sim.memory.device(model, bytes, sim.currentContext()->deviceId);
    readable = span.data;
  }
  if (readable == nullptr) return 145007;
  std::shared_ptr<ModelFile> file;
  if (const aclError code = parseModel(readable, bytes, "(memory)", file)) return code;
  return load(file, given, modelId);
}

void sizes(const ModelFile &file, size_t *workSize, size_t *weightSize) {
  *workSize = file.workBytes;
  *weightSize = file.weightBytes;
}

template <typename T>
bool copyOption(T &target, const void *value, size_t size) {
  if (value == nullptr || size != sizeof target) return false;
  std::memcpy(&target, value, sizeof target);
  return true;
}

aclError setOption(LoadConfig &config, aclmdlConfigAttr attr, const void *value, size_t size) {
  int32_t ignoredNumber;
  size_t ignoredSize;
  const char *path = nullptr;
  bool fits = false;
  switch (attr) {
    case ACL_MDL_PRIORITY_INT32: fits = copyOption(ignoredNumber, value, size); break;
    case ACL_MDL_LOAD_TYPE_SIZET: fits = copyOption(config.loadType, value, size); break;
    case ACL_MDL_PATH_PTR:
      fits = copyOption(path, value, size) && path != nullptr;
      if (fits) config.path = path;
      break;
    case ACL_MDL_MEM_ADDR_PTR: fits = copyOption(config.model, value, size); break;
    case ACL_MDL_MEM_SIZET: fits = copyOption(config.modelBytes, value, size); break;
    case ACL_MDL_WEIGHT_ADDR_PTR: fits = copyOption(config.weight, value, size); break;
    case ACL_MDL_WEIGHT_SIZET: fits = copyOption(config.weightBytes, value, size); break;
    case ACL_MDL_WORKSPACE_ADDR_PTR: fits = copyOption(config.work, value, size); break;
    case ACL_MDL_WORKSPACE_SIZET: fits = copyOption(config.workBytes, value, size); break;
    case ACL_MDL_WORKSPACE_MEM_OPTIMIZE:
    case ACL_MDL_MEM_MALLOC_POLICY_SIZET: fits = copyOption(ignoredSize, value, size); break;
    default: return 200006;
  }
  return fits ? 0 : invalidArgument("attrValue");
}

aclError loadConfigured(const LoadConfig &config, uint32_t *modelId) {
  Given given;
  if (config.loadType == ACL_MDL_LOAD_FROM_FILE_WITH_MEM || config.loadType == ACL_MDL_LOAD_FROM_MEM_WITH_MEM) {
    given = {config.work, config.workBytes, config.weight, config.weightBytes};
  }
  switch (config.loadType) {
    case ACL_MDL_LOAD_FROM_FILE:
    case ACL_MDL_LOAD_FROM_FILE_WITH_MEM: return loadFile(config.path.c_str(), given, modelId);
    case ACL_MDL_LOAD_FROM_MEM:
    case ACL_MDL_LOAD_FROM_MEM_WITH_MEM: return loadMemory(config.model, config.modelBytes, given, modelId);
    default: return invalidArgument("load type");
  }
}

aclError unload(uint32_t modelId) {
  Simulator &sim = simulator();
  const auto model = sim.model(modelId);
  if (!model) {
    sim.ledger.violation(misuse::doubleFree, "model " + std::to_string(modelId) + " is not loaded");
    return 145003;
  }
  if (model->context != sim.currentContext()) {
    sim.ledger.violation(misuse::wrongContext, "the model was loaded in another context");
    return 107004;
  }
  if (model->queued > 0) sim.ledger.violation(misuse::pendingWork, "model " + std::to_string(modelId) + " is unloaded while it is queued or runs");
  {
    const std::lock_guard<std::mutex> guard(sim.lock);
    sim.models.erase(modelId);
  }
  sim.memory.refund(model->context->deviceId, model->ownBytes);
  return 0;
}

}  // namespace

extern "C" {

aclError aclmdlLoadFromFile(const char *modelPath, uint32_t *modelId) {
  return call("aclmdlLoadFromFile", context, arguments().add("path", modelPath), [&] { return loadFile(modelPath, Given(), modelId); });
}

aclError aclmdlLoadFromMem(const void *model, size_t modelSize, uint32_t *modelId) {
  return call("aclmdlLoadFromMem", context, arguments().add("bytes", modelSize), [&] { return loadMemory(model, modelSize, Given(), modelId); });
}

aclError aclmdlLoadFromFileWithMem(const char *modelPath, uint32_t *modelId, void *workPtr, size_t workSize, void *weightPtr, size_t weightSize) {
  return call("aclmdlLoadFromFileWithMem", context, arguments().add("path", modelPath).add("work", workPtr).add("weight", weightPtr),
              [&] { return loadFile(modelPath, {workPtr, workSize, weightPtr, weightSize}, modelId); });
}

aclError aclmdlLoadFromMemWithMem(const void *model, size_t modelSize, uint32_t *modelId, void *workPtr, size_t workSize, void *weightPtr,
                                  size_t weightSize) {
  return call("aclmdlLoadFromMemWithMem", context, arguments().add("bytes", modelSize).add("work", workPtr).add("weight", weightPtr),
              [&] { return loadMemory(model, modelSize, {workPtr, workSize, weightPtr, weightSize}, modelId); });
}

aclError aclmdlQuerySize(const char *fileName, size_t *workSize, size_t *weightSize) {
  return call("aclmdlQuerySize", init, arguments().add("path", fileName), [&] {
    if (fileName == nullptr || workSize == nullptr || weightSize == nullptr) return invalidArgument("fileName");
    std::shared_ptr<ModelFile> file;
    if (const aclError code = readModel(fileName, file)) return code;
    sizes(*file, workSize, weightSize);
    return 0;
  });
}

aclError aclmdlQuerySizeFromMem(const void *model, size_t modelSize, size_t *workSize, size_t *weightSize) {
  return call("aclmdlQuerySizeFromMem", init, arguments().add("bytes", modelSize), [&] {
    if (model == nullptr || workSize == nullptr || weightSize == nullptr) return invalidArgument("model");
    std::shared_ptr<ModelFile> file;
    if (const aclError code = parseModel(model, modelSize, "(memory)", file)) return code;
    sizes(*file, workSize, weightSize);
    return 0;
  });
}

aclError aclmdlUnload(uint32_t modelId) {
  return call("aclmdlUnload", context | release, arguments().add("modelId", modelId), [&] { return unload(modelId); });
}

aclmdlConfigHandle *aclmdlCreateConfigHandle(void) {
  return make<aclmdlConfigHandle>("aclmdlCreateConfigHandle", arguments(),
                                  [] { return static_cast<aclmdlConfigHandle *>(simulator().handles.add(std::make_shared<LoadConfig>())); });
}

aclError aclmdlDestroyConfigHandle(aclmdlConfigHandle *handle) {
  return call("aclmdlDestroyConfigHandle", init | release, arguments(),
              [&] { return simulator().handles.remove(handle, Kind::loadConfig) ? 0 : 100000; });
}

aclError aclmdlSetConfigOpt(aclmdlConfigHandle *handle, aclmdlConfigAttr attr, const void *attrValue, size_t valueSize) {
  return call("aclmdlSetConfigOpt", init, arguments().add("attr", attr), [&] {
    const auto config = simulator().handles.get<LoadConfig>(handle, Kind::loadConfig);
    return config ? setOption(*config, attr, attrValue, valueSize) : 100000;
  });
}

aclError aclmdlLoadWithConfig(const aclmdlConfigHandle *handle, uint32_t *modelId) {
  return call("aclmdlLoadWithConfig", context, arguments(), [&] {
    const auto config = simulator().handles.get<LoadConfig>(handle, Kind::loadConfig);
    return config ? loadConfigured(*config, modelId) : 100000;
  });
}

}
