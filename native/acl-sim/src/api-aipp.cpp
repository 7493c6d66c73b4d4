/** AIPP: what the model does with its image, and parameters of dynamic AIPP. */
#include <cstring>
#include <functional>

#include "call.hpp"
#include "execute.hpp"

using namespace aclsim;

namespace {

aclError change(const char *name, aclmdlAIPP *handle, const std::function<void(AippInfo &)> &apply) {
  return call(name, init, arguments(), [&] {
    const auto aipp = simulator().handles.get<AippParameters>(handle, Kind::aipp);
    if (!aipp) return invalidArgument("aippParmsSet");
    apply(aipp->info);
    return 0;
  });
}

aclError attach(const char *name, uint32_t modelId, aclmdlDataset *datasetHandle, size_t index, const aclmdlAIPP *handle, bool byImage) {
  return call(name, context, arguments().add("modelId", modelId).add("index", index), [&] {
    Simulator &sim = simulator();
    const auto model = sim.model(modelId);
    const auto dataset = sim.handles.get<Dataset>(datasetHandle, Kind::dataset);
    const auto aipp = sim.handles.get<AippParameters>(handle, Kind::aipp);
    if (!model || !dataset || !aipp) return invalidArgument("modelId, dataset or aippParmsSet");
    const ModelFile &file = *model->file;
    if (!file.aipp.present || !file.aipp.dynamic) return 145016;
    const size_t parameterInput = visibleInputs(file).size() - 1;
    if (index != (byImage ? file.aipp.input : parameterInput)) return invalidArgument("index");
    dataset->aipp.emplace_back(file.aipp.input, aipp);
    return 0;
  });
}

}  // namespace

extern "C" {

aclError aclmdlGetAippType(uint32_t modelId, size_t index, aclmdlInputAippType *type, size_t *dynamicAttachedDataIndex) {
  return call("aclmdlGetAippType", context, arguments().add("modelId", modelId).add("index", index), [&] {
    const auto model = simulator().model(modelId);
    if (!model) return 145003;
    if (type == nullptr || dynamicAttachedDataIndex == nullptr) return invalidArgument("type");
    const ModelFile &file = *model->file;
    const size_t inputs = visibleInputs(file).size();
    if (index >= inputs) return invalidArgument("index");
    *type = ACL_DATA_WITHOUT_AIPP;
    *dynamicAttachedDataIndex = static_cast<size_t>(-1);
    if (!file.aipp.present) return 0;
    if (index == file.aipp.input) *type = file.aipp.dynamic ? ACL_DATA_WITH_DYNAMIC_AIPP : ACL_DATA_WITH_STATIC_AIPP;
    if (file.aipp.dynamic && index == file.aipp.input) *dynamicAttachedDataIndex = inputs - 1;
    if (file.aipp.dynamic && index == inputs - 1) *type = ACL_DATA_WITH_DYNAMIC_AIPP_NODE;
    return 0;
  });
}

aclError aclmdlGetFirstAippInfo(uint32_t modelId, size_t index, aclAippInfo *aippInfo) {
  return call("aclmdlGetFirstAippInfo", context, arguments().add("modelId", modelId).add("index", index), [&] {
    const auto model = simulator().model(modelId);
    if (!model) return 145003;
    if (aippInfo == nullptr) return invalidArgument("aippInfo");
    const ModelFile &file = *model->file;
    if (!file.aipp.present || file.aipp.dynamic || index != file.aipp.input) return 100038;
    const TensorInfo source = visibleInputs(file)[index];
    const TensorInfo &network = file.inputs[index];
    std::memset(aippInfo, 0, sizeof *aippInfo);
    aippInfo->srcFormat = source.format;
    aippInfo->srcDimNum = source.dims.size();
    aippInfo->shapeCount = 1;
    aclAippDims &shape = aippInfo->outDims[0];
    const std::vector<int64_t> sourceDims = dimsInGear(file, source, false, index, -1);
    const std::vector<int64_t> networkDims = dimsInGear(file, network, false, index, -1);
    shape.srcDims.dimCount = sourceDims.size();
    std::copy(sourceDims.begin(), sourceDims.end(), shape.srcDims.dims);
    shape.srcSize = tensorBytes(source.dtype, sourceDims);
    shape.aippOutdims.dimCount = networkDims.size();
    std::copy(networkDims.begin(), networkDims.end(), shape.aippOutdims.dims);
    shape.aippOutSize = tensorBytes(network.dtype, networkDims);
    return 0;
  });
}

aclmdlAIPP *aclmdlCreateAIPP(uint64_t batchSize) {
  return make<aclmdlAIPP>("aclmdlCreateAIPP", arguments().add("batchSize", batchSize), [&]() -> aclmdlAIPP * {
    if (batchSize == 0) return nullptr;
    return static_cast<aclmdlAIPP *>(simulator().handles.add(std::make_shared<AippParameters>()));
  });
}

aclError aclmdlDestroyAIPP(const aclmdlAIPP *aippParmsSet) {
  return call("aclmdlDestroyAIPP", init | release, arguments(),
              [&] { return simulator().handles.remove(aippParmsSet, Kind::aipp) ? 0 : 100000; });
}

aclError aclmdlSetAIPPInputFormat(aclmdlAIPP *aippParmsSet, aclAippInputFormat inputFormat) {
  return call("aclmdlSetAIPPInputFormat", init, arguments().add("format", inputFormat), [&] {
    if (!simulator().handles.find(aippParmsSet, Kind::aipp)) return invalidArgument("aippParmsSet");
    return inputFormat == ACL_RGB888_U8 ? 0 : 200006;
  });
}

aclError aclmdlSetAIPPSrcImageSize(aclmdlAIPP *aippParmsSet, int32_t, int32_t) {
  return change("aclmdlSetAIPPSrcImageSize", aippParmsSet, [](AippInfo &) {});
}

aclError aclmdlSetAIPPRbuvSwapSwitch(aclmdlAIPP *aippParmsSet, int8_t rbuvSwapSwitch) {
  return change("aclmdlSetAIPPRbuvSwapSwitch", aippParmsSet, [&](AippInfo &info) { info.swapRedBlue = rbuvSwapSwitch != 0; });
}

aclError aclmdlSetAIPPCropParams(aclmdlAIPP *, int8_t cropSwitch, int32_t, int32_t, int32_t, int32_t, uint64_t) {
  return call("aclmdlSetAIPPCropParams", init, arguments(), [&] { return cropSwitch == 0 ? 0 : 200006; });
}

aclError aclmdlSetAIPPPaddingParams(aclmdlAIPP *, int8_t paddingSwitch, int32_t, int32_t, int32_t, int32_t, uint64_t) {
  return call("aclmdlSetAIPPPaddingParams", init, arguments(), [&] { return paddingSwitch == 0 ? 0 : 200006; });
}

aclError aclmdlSetAIPPDtcPixelMean(aclmdlAIPP *aippParmsSet, int16_t c0, int16_t c1, int16_t c2, int16_t, uint64_t) {
  return change("aclmdlSetAIPPDtcPixelMean", aippParmsSet, [&](AippInfo &info) {
    info.mean[0] = c0;
    info.mean[1] = c1;
    info.mean[2] = c2;
  });
}

aclError aclmdlSetAIPPDtcPixelMin(aclmdlAIPP *aippParmsSet, float c0, float c1, float c2, float, uint64_t) {
  return change("aclmdlSetAIPPDtcPixelMin", aippParmsSet, [&](AippInfo &info) {
    info.minimum[0] = c0;
    info.minimum[1] = c1;
    info.minimum[2] = c2;
  });
}

aclError aclmdlSetAIPPPixelVarReci(aclmdlAIPP *aippParmsSet, float c0, float c1, float c2, float, uint64_t) {
  return change("aclmdlSetAIPPPixelVarReci", aippParmsSet, [&](AippInfo &info) {
    info.reciprocal[0] = c0;
    info.reciprocal[1] = c1;
    info.reciprocal[2] = c2;
  });
}

aclError aclmdlSetInputAIPP(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlAIPP *aippParmsSet) {
  return attach("aclmdlSetInputAIPP", modelId, dataset, index, aippParmsSet, false);
}

aclError aclmdlSetAIPPByInputIndex(uint32_t modelId, aclmdlDataset *dataset, size_t index, const aclmdlAIPP *aippParmsSet) {
  return attach("aclmdlSetAIPPByInputIndex", modelId, dataset, index, aippParmsSet, true);
}

}
