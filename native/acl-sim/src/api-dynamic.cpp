/** Gears: dynamic batch, image size and dims. */
#include <algorithm>
#include <cstring>

#include "call.hpp"
#include "copy.hpp"
#include "model.hpp"

using namespace aclsim;

namespace {

std::shared_ptr<ModelDesc> descOf(const aclmdlDesc *handle) {
  auto desc = simulator().handles.get<ModelDesc>(handle, Kind::modelDesc);
  return desc && desc->file ? desc : nullptr;
}

/** Chooses the gear with these values and writes them into the gear input's device memory, as the real call does. */
aclError choose(uint32_t modelId, const aclmdlDataset *handle, size_t index, GearKind kind, const std::vector<int64_t> &values, aclError unknownGear) {
  Simulator &sim = simulator();
  const auto model = sim.model(modelId);
  if (!model) return 145003;
  const auto dataset = sim.handles.get<Dataset>(handle, Kind::dataset);
  if (!dataset) return invalidArgument("dataset");
  const ModelFile &file = *model->file;
  if (file.gearKind != kind) return 100019;
  if (index >= dataset->buffers.size() || index != file.inputs.size()) return invalidArgument("index of the gear input");
  const auto buffer = sim.handles.get<DataBuffer>(dataset->buffers[index], Kind::dataBuffer);
  if (!buffer) return 145011;
  const size_t bytes = values.size() * sizeof(int64_t);
  if (buffer->bytes < bytes) return 145012;
  const auto found = std::find(file.gears.begin(), file.gears.end(), values);
  if (found == file.gears.end()) {
    explain("The model has no such gear.");
    return unknownGear;
  }
  const Span span = sim.memory.device(buffer->data, bytes, sim.currentContext()->deviceId);
  if (!span) return 145011;
  noteAccess(span, bytes, true, nullptr, sim.hostClock());
  std::memcpy(span.data, values.data(), bytes);
  dataset->gear = static_cast<int>(found - file.gears.begin());
  dataset->gearModel = modelId;
  model->gear = dataset->gear;
  return 0;
}

/** All dims of all inputs, gear values filled in, in order. */
std::vector<int64_t> flatDims(const ModelFile &file, size_t gear) {
  std::vector<int64_t> flat;
  for (size_t index = 0; index < file.inputs.size(); ++index) {
    for (const int64_t dim : dimsInGear(file, file.inputs[index], false, index, static_cast<int>(gear))) flat.push_back(dim);
  }
  return flat;
}

/** The values of the open dims in a full list of dims. */
std::vector<int64_t> openValues(const ModelFile &file, const aclmdlIODims &dims) {
  std::vector<int64_t> values;
  size_t at = 0;
  for (const TensorInfo &tensor : file.inputs) {
    for (const int64_t dim : tensor.dims) {
      if (at >= dims.dimCount) return values;
      if (dim == -1) values.push_back(dims.dims[at]);
      ++at;
    }
  }
  return values;
}

}  // namespace

extern "C" {

aclError aclmdlSetDynamicBatchSize(uint32_t modelId, aclmdlDataset *dataset, size_t index, uint64_t batchSize) {
  return call("aclmdlSetDynamicBatchSize", context, arguments().add("modelId", modelId).add("index", index).add("batch", batchSize),
              [&] { return choose(modelId, dataset, index, GearKind::batch, {static_cast<int64_t>(batchSize)}, 145013); });
}

aclError aclmdlSetDynamicHWSize(uint32_t modelId, aclmdlDataset *dataset, size_t index, uint64_t height, uint64_t width) {
  return call("aclmdlSetDynamicHWSize", context, arguments().add("modelId", modelId).add("index", index).add("height", height).add("width", width), [&] {
    return choose(modelId, dataset, index, GearKind::imageSize, {static_cast<int64_t>(height), static_cast<int64_t>(width)}, 145021);
  });
}

aclError aclmdlSetInputDynamicDims(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlIODims *dims) {
  return call("aclmdlSetInputDynamicDims", context, arguments().add("modelId", modelId).add("index", index), [&] {
    const auto model = simulator().model(modelId);
    if (dims == nullptr || !model) return invalidArgument("modelId or dims");
    return choose(modelId, dataset, index, GearKind::dims, openValues(*model->file, *dims), 145021);
  });
}

aclError aclmdlGetDynamicBatch(const aclmdlDesc *modelDesc, aclmdlBatch *batch) {
  return call("aclmdlGetDynamicBatch", init, arguments(), [&] {
    const auto desc = descOf(modelDesc);
    if (!desc || batch == nullptr) return invalidArgument("modelDesc or batch");
    *batch = aclmdlBatch();
    if (desc->file->gearKind != GearKind::batch) return 0;
    for (const auto &gear : desc->file->gears) batch->batch[batch->batchCount++] = static_cast<uint64_t>(gear[0]);
    return 0;
  });
}

aclError aclmdlGetDynamicHW(const aclmdlDesc *modelDesc, size_t index, aclmdlHW *hw) {
  return call("aclmdlGetDynamicHW", init, arguments(), [&] {
    const auto desc = descOf(modelDesc);
    if (!desc || hw == nullptr || index != static_cast<size_t>(-1)) return invalidArgument("modelDesc, index or hw");
    *hw = aclmdlHW();
    if (desc->file->gearKind != GearKind::imageSize) return 0;
    for (const auto &gear : desc->file->gears) {
      hw->hw[hw->hwCount][0] = static_cast<uint64_t>(gear[0]);
      hw->hw[hw->hwCount++][1] = static_cast<uint64_t>(gear[1]);
    }
    return 0;
  });
}

aclError aclmdlGetInputDynamicGearCount(const aclmdlDesc *modelDesc, size_t index, size_t *gearCount) {
  return call("aclmdlGetInputDynamicGearCount", init, arguments(), [&] {
    const auto desc = descOf(modelDesc);
    if (!desc || gearCount == nullptr || index != static_cast<size_t>(-1)) return invalidArgument("modelDesc, index or gearCount");
    *gearCount = desc->file->gearKind == GearKind::dims ? desc->file->gears.size() : 0;
    return 0;
  });
}

aclError aclmdlGetInputDynamicDims(const aclmdlDesc *modelDesc, size_t index, aclmdlIODims *dims, size_t gearCount) {
  return call("aclmdlGetInputDynamicDims", init, arguments().add("gearCount", gearCount), [&] {
    const auto desc = descOf(modelDesc);
    if (!desc || dims == nullptr || index != static_cast<size_t>(-1)) return invalidArgument("modelDesc, index or dims");
    if (desc->file->gearKind != GearKind::dims || gearCount < desc->file->gears.size()) return invalidArgument("gearCount");
    for (size_t gear = 0; gear < desc->file->gears.size(); ++gear) {
      const std::vector<int64_t> flat = flatDims(*desc->file, gear);
      dims[gear] = aclmdlIODims();
      dims[gear].dimCount = flat.size();
      std::copy(flat.begin(), flat.end(), dims[gear].dims);
    }
    return 0;
  });
}

}
