/** Descriptions of models. */
#include <cstring>

#include "call.hpp"
#include "model.hpp"

using namespace aclsim;

namespace {

/** Also covers a description that was not filled. */
std::shared_ptr<ModelDesc> descOf(const aclmdlDesc *handle) {
  auto desc = simulator().handles.get<ModelDesc>(handle, Kind::modelDesc);
  return desc && desc->file ? desc : nullptr;
}

const TensorInfo *tensorAt(const ModelDesc &desc, bool isOutput, size_t index) {
  const std::vector<TensorInfo> &tensors = isOutput ? desc.file->outputs : desc.inputs;
  return index < tensors.size() ? &tensors[index] : nullptr;
}

/** Longer names than the structure holds appear as this. */
std::string shownName(const ModelDesc &desc, const TensorInfo &tensor, bool isOutput, size_t index) {
  if (tensor.name.size() < ACL_MAX_TENSOR_NAME_LEN) return tensor.name;
  return "acl_modelId_" + std::to_string(desc.modelId) + (isOutput ? "_output_" : "_input_") + std::to_string(index);
}

void fillDims(const ModelDesc &desc, const TensorInfo &tensor, bool isOutput, size_t index, const std::vector<int64_t> &values, aclmdlIODims *dims) {
  *dims = aclmdlIODims();
  std::strncpy(dims->name, shownName(desc, tensor, isOutput, index).c_str(), ACL_MAX_TENSOR_NAME_LEN - 1);
  dims->dimCount = values.size();
  std::copy(values.begin(), values.end(), dims->dims);
}

aclError openDims(const aclmdlDesc *handle, bool isOutput, size_t index, aclmdlIODims *dims) {
  const auto desc = descOf(handle);
  if (!desc || dims == nullptr) return invalidArgument("modelDesc or dims");
  const TensorInfo *tensor = tensorAt(*desc, isOutput, index);
  if (tensor == nullptr) return invalidArgument("index");
  fillDims(*desc, *tensor, isOutput, index, tensor->dims, dims);
  return 0;
}

aclError fill(ModelDesc &desc, std::shared_ptr<const ModelFile> file, uint32_t modelId) {
  desc.inputs = visibleInputs(*file);
  desc.file = std::move(file);
  desc.modelId = modelId;
  return 0;
}

template <typename T, typename Read>
T read(const char *name, const aclmdlDesc *handle, bool isOutput, size_t index, T none, Read get) {
  return value(name, [&]() -> T {
    const auto desc = descOf(handle);
    const TensorInfo *tensor = desc ? tensorAt(*desc, isOutput, index) : nullptr;
    return tensor == nullptr ? none : get(*desc, *tensor);
  });
}

size_t sizeOf(const char *name, const aclmdlDesc *handle, bool isOutput, size_t index) {
  return read(name, handle, isOutput, index, size_t{0},
              [&](const ModelDesc &desc, const TensorInfo &tensor) { return bytesInGear(*desc.file, tensor, isOutput, index, -1); });
}

const char *nameOf(const char *name, const aclmdlDesc *handle, bool isOutput, size_t index) {
  return read(name, handle, isOutput, index, static_cast<const char *>(nullptr),
              [](const ModelDesc &, const TensorInfo &tensor) { return tensor.name.c_str(); });
}

aclError indexOf(const aclmdlDesc *handle, bool isOutput, const char *name, size_t *index) {
  const auto desc = descOf(handle);
  if (!desc || name == nullptr || index == nullptr) return invalidArgument("modelDesc or name");
  const std::vector<TensorInfo> &tensors = isOutput ? desc->file->outputs : desc->inputs;
  for (size_t at = 0; at < tensors.size(); ++at) {
    if (tensors[at].name != name) continue;
    *index = at;
    return 0;
  }
  return invalidArgument("name");
}

}  // namespace

extern "C" {

aclmdlDesc *aclmdlCreateDesc(void) {
  return make<aclmdlDesc>("aclmdlCreateDesc", arguments(),
                          [] { return static_cast<aclmdlDesc *>(simulator().handles.add(std::make_shared<ModelDesc>())); });
}

aclError aclmdlDestroyDesc(aclmdlDesc *modelDesc) {
  return call("aclmdlDestroyDesc", init | release, arguments().add("modelDesc", modelDesc),
              [&] { return simulator().handles.remove(modelDesc, Kind::modelDesc) ? 0 : 100000; });
}

aclError aclmdlGetDesc(aclmdlDesc *modelDesc, uint32_t modelId) {
  return call("aclmdlGetDesc", context, arguments().add("modelDesc", modelDesc).add("modelId", modelId), [&] {
    const auto desc = simulator().handles.get<ModelDesc>(modelDesc, Kind::modelDesc);
    const auto model = simulator().model(modelId);
    if (!desc) return invalidArgument("modelDesc");
    return model ? fill(*desc, model->file, modelId) : 145003;
  });
}

aclError aclmdlGetDescFromFile(aclmdlDesc *modelDesc, const char *modelPath) {
  return call("aclmdlGetDescFromFile", init, arguments().add("path", modelPath), [&] {
    const auto desc = simulator().handles.get<ModelDesc>(modelDesc, Kind::modelDesc);
    if (!desc || modelPath == nullptr) return invalidArgument("modelDesc or modelPath");
    std::shared_ptr<ModelFile> file;
    if (const aclError code = readModel(modelPath, file)) return code;
    return fill(*desc, file, 0);
  });
}

size_t aclmdlGetNumInputs(aclmdlDesc *modelDesc) {
  return value("aclmdlGetNumInputs", [&]() -> size_t {
    const auto desc = descOf(modelDesc);
    return desc ? desc->inputs.size() : 0;
  });
}

size_t aclmdlGetNumOutputs(aclmdlDesc *modelDesc) {
  return value("aclmdlGetNumOutputs", [&]() -> size_t {
    const auto desc = descOf(modelDesc);
    return desc ? desc->file->outputs.size() : 0;
  });
}

size_t aclmdlGetInputSizeByIndex(aclmdlDesc *modelDesc, size_t index) { return sizeOf("aclmdlGetInputSizeByIndex", modelDesc, false, index); }

size_t aclmdlGetOutputSizeByIndex(aclmdlDesc *modelDesc, size_t index) { return sizeOf("aclmdlGetOutputSizeByIndex", modelDesc, true, index); }

aclError aclmdlGetInputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
  return call("aclmdlGetInputDims", init, arguments().add("index", index), [&] { return openDims(modelDesc, false, index, dims); });
}

aclError aclmdlGetInputDimsV2(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
  return call("aclmdlGetInputDimsV2", init, arguments().add("index", index), [&] { return openDims(modelDesc, false, index, dims); });
}

aclError aclmdlGetOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
  return call("aclmdlGetOutputDims", init, arguments().add("index", index), [&] { return openDims(modelDesc, true, index, dims); });
}

aclError aclmdlGetCurOutputDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims) {
  return call("aclmdlGetCurOutputDims", context, arguments().add("index", index), [&] {
    const auto desc = descOf(modelDesc);
    if (!desc || dims == nullptr) return invalidArgument("modelDesc or dims");
    if (desc->file->unknownShape) return 200001;
    const TensorInfo *tensor = tensorAt(*desc, true, index);
    const auto model = simulator().model(desc->modelId);
    if (tensor == nullptr || !model) return invalidArgument("index");
    fillDims(*desc, *tensor, true, index, dimsInGear(*desc->file, *tensor, true, index, model->gear), dims);
    return 0;
  });
}

const char *aclmdlGetInputNameByIndex(const aclmdlDesc *modelDesc, size_t index) {
  return nameOf("aclmdlGetInputNameByIndex", modelDesc, false, index);
}

const char *aclmdlGetOutputNameByIndex(const aclmdlDesc *modelDesc, size_t index) {
  return nameOf("aclmdlGetOutputNameByIndex", modelDesc, true, index);
}

const char *aclmdlGetTensorRealName(const aclmdlDesc *modelDesc, const char *name) {
  return value("aclmdlGetTensorRealName", [&]() -> const char * {
    const auto desc = descOf(modelDesc);
    if (!desc || name == nullptr) return nullptr;
    for (const bool isOutput : {false, true}) {
      const std::vector<TensorInfo> &tensors = isOutput ? desc->file->outputs : desc->inputs;
      for (size_t index = 0; index < tensors.size(); ++index) {
        if (name == tensors[index].name || name == shownName(*desc, tensors[index], isOutput, index)) return tensors[index].name.c_str();
      }
    }
    return nullptr;
  });
}

aclFormat aclmdlGetInputFormat(const aclmdlDesc *modelDesc, size_t index) {
  return read("aclmdlGetInputFormat", modelDesc, false, index, ACL_FORMAT_UNDEFINED, [](const ModelDesc &, const TensorInfo &tensor) { return tensor.format; });
}

aclFormat aclmdlGetOutputFormat(const aclmdlDesc *modelDesc, size_t index) {
  return read("aclmdlGetOutputFormat", modelDesc, true, index, ACL_FORMAT_UNDEFINED, [](const ModelDesc &, const TensorInfo &tensor) { return tensor.format; });
}

aclDataType aclmdlGetInputDataType(const aclmdlDesc *modelDesc, size_t index) {
  return read("aclmdlGetInputDataType", modelDesc, false, index, ACL_DT_UNDEFINED, [](const ModelDesc &, const TensorInfo &tensor) { return tensor.dtype; });
}

aclDataType aclmdlGetOutputDataType(const aclmdlDesc *modelDesc, size_t index) {
  return read("aclmdlGetOutputDataType", modelDesc, true, index, ACL_DT_UNDEFINED, [](const ModelDesc &, const TensorInfo &tensor) { return tensor.dtype; });
}

aclError aclmdlGetInputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index) {
  return call("aclmdlGetInputIndexByName", init, arguments().add("name", name), [&] { return indexOf(modelDesc, false, name, index); });
}

aclError aclmdlGetOutputIndexByName(const aclmdlDesc *modelDesc, const char *name, size_t *index) {
  return call("aclmdlGetOutputIndexByName", init, arguments().add("name", name), [&] { return indexOf(modelDesc, true, name, index); });
}

}
