#include "model-description.hpp"

#include <cstring>
#include <memory>

namespace railscope {
namespace {

constexpr char kDynamicAippInput[] = "ascend_dynamic_aipp_data";
/** The only index that the gear queries accept. */
constexpr size_t kWholeModel = static_cast<size_t>(-1);

std::string tensorName(const AclApi &api, aclmdlDesc *description, const char *name) {
  if (name == nullptr) return {};
  if (api.aclmdlGetTensorRealName == nullptr) return name;
  const char *real = api.aclmdlGetTensorRealName(description, name);
  return real == nullptr ? std::string(name) : std::string(real);
}

std::vector<int64_t> dimsOf(const aclmdlIODims &dims, const std::string &name) {
  if (dims.dimCount > ACL_MAX_DIM_CNT) throw UnsupportedModel("tensor " + name + " has more dimensions than the interface allows");
  return std::vector<int64_t>(dims.dims, dims.dims + dims.dimCount);
}

void refuseUnservable(const TensorDescription &tensor, const char *kind) {
  const std::string what = std::string(kind) + " " + tensor.name;
  if (tensor.name == kDynamicAippInput) throw UnsupportedModel("dynamic AIPP is not supported; convert the model with static AIPP or none");
  if (tensor.bytes == 0) throw UnsupportedModel(what + " has a fully dynamic shape; convert the model with fixed shapes or gears");
  if (elementBytes(tensor.dataType) == 0) throw UnsupportedModel(what + " has data type " + std::to_string(tensor.dataType));
}

TensorDescription readInput(const AclApi &api, aclmdlDesc *description, size_t index) {
  auto dims = std::make_unique<aclmdlIODims>();
  ACL_CALL(api, aclmdlGetInputDimsV2, description, index, dims.get());
  TensorDescription tensor;
  tensor.name = tensorName(api, description, api.aclmdlGetInputNameByIndex(description, index));
  tensor.dataType = api.aclmdlGetInputDataType(description, index);
  tensor.format = api.aclmdlGetInputFormat(description, index);
  tensor.dims = dimsOf(*dims, tensor.name);
  tensor.bytes = api.aclmdlGetInputSizeByIndex(description, index);
  return tensor;
}

TensorDescription readOutput(const AclApi &api, aclmdlDesc *description, size_t index) {
  auto dims = std::make_unique<aclmdlIODims>();
  ACL_CALL(api, aclmdlGetOutputDims, description, index, dims.get());
  TensorDescription tensor;
  tensor.name = tensorName(api, description, api.aclmdlGetOutputNameByIndex(description, index));
  tensor.dataType = api.aclmdlGetOutputDataType(description, index);
  tensor.format = api.aclmdlGetOutputFormat(description, index);
  tensor.dims = dimsOf(*dims, tensor.name);
  tensor.bytes = api.aclmdlGetOutputSizeByIndex(description, index);
  return tensor;
}

/** The dims of every input under a gear: its values stand, in order, where the description says -1. */
std::vector<std::vector<int64_t>> fillDims(const ModelShape &shape, const std::vector<int64_t> &values) {
  std::vector<std::vector<int64_t>> filled;
  for (const TensorDescription &input : shape.inputs) {
    std::vector<int64_t> dims = input.dims;
    size_t next = 0;
    for (int64_t &dim : dims) {
      if (dim == -1 && next < values.size()) dim = values[next++];
    }
    filled.push_back(std::move(dims));
  }
  return filled;
}

/** A gear of `dynamic_dims` lists the dims of all inputs one after the other. */
std::vector<std::vector<int64_t>> splitDims(const ModelShape &shape, const std::vector<int64_t> &values) {
  std::vector<std::vector<int64_t>> split;
  size_t next = 0;
  for (const TensorDescription &input : shape.inputs) {
    if (next + input.dims.size() > values.size()) throw UnsupportedModel("a gear lists fewer dims than the inputs have");
    split.emplace_back(values.begin() + static_cast<ptrdiff_t>(next), values.begin() + static_cast<ptrdiff_t>(next + input.dims.size()));
    next += input.dims.size();
  }
  return split;
}

bool readBatchGears(const AclApi &api, aclmdlDesc *description, ModelShape &shape) {
  auto batch = std::make_unique<aclmdlBatch>();
  std::memset(batch.get(), 0, sizeof *batch);
  ACL_CALL(api, aclmdlGetDynamicBatch, description, batch.get());
  if (batch->batchCount == 0) return false;
  shape.gearKind = GearKind::batch;
  for (size_t i = 0; i < batch->batchCount && i < ACL_MAX_BATCH_NUM; i++) {
    const std::vector<int64_t> values{static_cast<int64_t>(batch->batch[i])};
    shape.gears.push_back({values, fillDims(shape, values), {}});
  }
  return true;
}

bool readImageSizeGears(const AclApi &api, aclmdlDesc *description, ModelShape &shape) {
  auto sizes = std::make_unique<aclmdlHW>();
  std::memset(sizes.get(), 0, sizeof *sizes);
  ACL_CALL(api, aclmdlGetDynamicHW, description, kWholeModel, sizes.get());
  if (sizes->hwCount == 0) return false;
  shape.gearKind = GearKind::imageSize;
  for (size_t i = 0; i < sizes->hwCount && i < ACL_MAX_HW_NUM; i++) {
    const std::vector<int64_t> values{static_cast<int64_t>(sizes->hw[i][0]), static_cast<int64_t>(sizes->hw[i][1])};
    shape.gears.push_back({values, fillDims(shape, values), {}});
  }
  return true;
}

bool readDimsGears(const AclApi &api, aclmdlDesc *description, ModelShape &shape) {
  size_t count = 0;
  ACL_CALL(api, aclmdlGetInputDynamicGearCount, description, kWholeModel, &count);
  if (count == 0) return false;
  std::vector<aclmdlIODims> gears(count);
  ACL_CALL(api, aclmdlGetInputDynamicDims, description, kWholeModel, gears.data(), count);
  shape.gearKind = GearKind::dims;
  for (const aclmdlIODims &gear : gears) {
    const std::vector<int64_t> values = dimsOf(gear, "gear");
    shape.gears.push_back({values, splitDims(shape, values), {}});
  }
  return true;
}

bool sameTensor(const TensorDescription &one, const TensorDescription &other) {
  return one.name == other.name && one.dataType == other.dataType && one.dims == other.dims && one.bytes == other.bytes;
}

bool sameTensors(const std::vector<TensorDescription> &one, const std::vector<TensorDescription> &other) {
  if (one.size() != other.size()) return false;
  for (size_t i = 0; i < one.size(); i++) {
    if (!sameTensor(one[i], other[i])) return false;
  }
  return true;
}

}  // namespace

bool ModelShape::operator==(const ModelShape &other) const {
  return sameTensors(inputs, other.inputs) && sameTensors(outputs, other.outputs) && gearKind == other.gearKind &&
         gears.size() == other.gears.size();
}

size_t elementBytes(aclDataType type) {
  switch (type) {
    case ACL_INT8:
    case ACL_UINT8:
    case ACL_BOOL:
      return 1;
    case ACL_FLOAT16:
    case ACL_BF16:
    case ACL_INT16:
    case ACL_UINT16:
      return 2;
    case ACL_FLOAT:
    case ACL_INT32:
    case ACL_UINT32:
      return 4;
    case ACL_DOUBLE:
    case ACL_INT64:
    case ACL_UINT64:
      return 8;
    default:
      return 0;
  }
}

std::vector<int64_t> currentOutputDims(const AclApi &api, aclmdlDesc *description, size_t index) {
  auto dims = std::make_unique<aclmdlIODims>();
  ACL_CALL(api, aclmdlGetCurOutputDims, description, index, dims.get());
  return dimsOf(*dims, "output");
}

ModelShape readShape(const AclApi &api, aclmdlDesc *description) {
  ModelShape shape;
  bool hasGears = false;
  const size_t inputCount = api.aclmdlGetNumInputs(description);
  const size_t outputCount = api.aclmdlGetNumOutputs(description);
  if (inputCount == 0 || outputCount == 0) throw UnsupportedModel("the model has no inputs or no outputs");
  for (size_t index = 0; index < inputCount; index++) {
    TensorDescription input = readInput(api, description, index);
    if (input.name == ACL_DYNAMIC_TENSOR_NAME) {
      ACL_CALL(api, aclmdlGetInputIndexByName, description, ACL_DYNAMIC_TENSOR_NAME, &shape.gearInputIndex);
      shape.gearInputBytes = input.bytes;
      hasGears = true;
      continue;
    }
    refuseUnservable(input, "input");
    shape.inputs.push_back(std::move(input));
  }
  for (size_t index = 0; index < outputCount; index++) {
    shape.outputs.push_back(readOutput(api, description, index));
    refuseUnservable(shape.outputs.back(), "output");
  }
  if (!hasGears) {
    shape.gears.push_back({{}, fillDims(shape, {}), {}});
    return shape;
  }
  if (!readBatchGears(api, description, shape) && !readImageSizeGears(api, description, shape) && !readDimsGears(api, description, shape)) {
    throw UnsupportedModel("the model has a gear input but lists no gears");
  }
  return shape;
}

}  // namespace railscope
