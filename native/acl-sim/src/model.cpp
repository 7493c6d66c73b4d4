#include "model.hpp"

#include <algorithm>

namespace aclsim {

namespace {

/** How many of the gear's values the inputs before `index` use up (dims gears only). */
size_t valuesBefore(const ModelFile &file, size_t index) {
  size_t count = 0;
  for (size_t input = 0; input < index; ++input) {
    count += static_cast<size_t>(std::count(file.inputs[input].dims.begin(), file.inputs[input].dims.end(), -1));
  }
  return count;
}

/** Fills the -1 dims of an input in order. */
std::vector<int64_t> inputDims(const ModelFile &file, const TensorInfo &tensor, size_t index, const std::vector<int64_t> &gear) {
  std::vector<int64_t> dims = tensor.dims;
  size_t next = file.gearKind == GearKind::dims ? valuesBefore(file, index) : 0;
  for (int64_t &dim : dims) {
    if (dim == -1 && next < gear.size()) dim = gear[next++];
  }
  return dims;
}

}  // namespace

std::vector<TensorInfo> visibleInputs(const ModelFile &file) {
  std::vector<TensorInfo> inputs = file.inputs;
  if (file.aipp.present) {
    TensorInfo &image = inputs[file.aipp.input];
    image.dtype = ACL_UINT8;
    image.format = ACL_FORMAT_NHWC;
    image.dims = {image.dims[0], image.dims[2], image.dims[3], image.dims[1]};
  }
  if (file.gearKind != GearKind::none) {
    TensorInfo gear;
    gear.name = ACL_DYNAMIC_TENSOR_NAME;
    gear.dtype = ACL_INT64;
    gear.format = ACL_FORMAT_ND;
    gear.dims = {static_cast<int64_t>(file.gears.front().size())};
    inputs.push_back(gear);
  }
  if (file.aipp.present && file.aipp.dynamic) {
    TensorInfo parameters;
    parameters.name = ACL_DYNAMIC_AIPP_NAME;
    parameters.dtype = ACL_UINT8;
    parameters.format = ACL_FORMAT_ND;
    parameters.dims = {160};
    inputs.push_back(parameters);
  }
  return inputs;
}

int largestGear(const ModelFile &file) {
  int largest = -1;
  int64_t most = -1;
  for (size_t index = 0; index < file.gears.size(); ++index) {
    int64_t product = 1;
    for (const int64_t value : file.gears[index]) product *= value;
    if (product <= most) continue;
    most = product;
    largest = static_cast<int>(index);
  }
  return largest;
}

std::vector<int64_t> dimsInGear(const ModelFile &file, const TensorInfo &tensor, bool isOutput, size_t index, int gear) {
  if (file.gears.empty()) return tensor.dims;
  const std::vector<int64_t> &values = file.gears[static_cast<size_t>(gear < 0 ? largestGear(file) : gear)];
  if (!isOutput) {
    // an AIPP input is NHWC, and its dynamic height and width keep their order
    return inputDims(file, tensor, index, values);
  }
  // an output's open dim follows the same axis of the first input
  const std::vector<int64_t> leading = inputDims(file, file.inputs.front(), 0, values);
  std::vector<int64_t> dims = tensor.dims;
  for (size_t axis = 0; axis < dims.size(); ++axis) {
    if (dims[axis] == -1) dims[axis] = axis < leading.size() ? leading[axis] : 1;
  }
  return dims;
}

size_t bytesInGear(const ModelFile &file, const TensorInfo &tensor, bool isOutput, size_t index, int gear) {
  if (file.unknownShape) return 0;
  return tensorBytes(tensor.dtype, dimsInGear(file, tensor, isOutput, index, gear));
}

}  // namespace aclsim
