/** Data buffers, tensor descriptions, data types. */
#include <cmath>

#include "call.hpp"
#include "half.hpp"
#include "model-file.hpp"

using namespace aclsim;

namespace {

std::shared_ptr<DataBuffer> bufferOf(const aclDataBuffer *handle) { return simulator().handles.get<DataBuffer>(handle, Kind::dataBuffer); }
std::shared_ptr<TensorDesc> descOf(const aclTensorDesc *handle) { return simulator().handles.get<TensorDesc>(handle, Kind::tensorDesc); }

}  // namespace

extern "C" {

aclDataBuffer *aclCreateDataBuffer(void *data, size_t size) {
  return make<aclDataBuffer>("aclCreateDataBuffer", arguments().add("data", data).add("size", size), [&] {
    return static_cast<aclDataBuffer *>(simulator().handles.add(std::make_shared<DataBuffer>(data, size)));
  });
}

aclError aclDestroyDataBuffer(const aclDataBuffer *dataBuffer) {
  return call("aclDestroyDataBuffer", init | release, arguments().add("dataBuffer", dataBuffer), [&] {
    if (dataBuffer == nullptr) return invalidArgument("dataBuffer");
    return simulator().handles.remove(dataBuffer, Kind::dataBuffer) ? 0 : 100000;
  });
}

aclError aclUpdateDataBuffer(aclDataBuffer *dataBuffer, void *data, size_t size) {
  return call("aclUpdateDataBuffer", init, arguments().add("dataBuffer", dataBuffer).add("data", data).add("size", size), [&] {
    if (dataBuffer == nullptr) return invalidArgument("dataBuffer");
    const auto found = bufferOf(dataBuffer);
    if (!found) return 100000;
    found->data = data;
    found->bytes = size;
    return 0;
  });
}

void *aclGetDataBufferAddr(const aclDataBuffer *dataBuffer) {
  return value("aclGetDataBufferAddr", [&]() -> void * {
    const auto found = bufferOf(dataBuffer);
    return found ? found->data : nullptr;
  });
}

size_t aclGetDataBufferSizeV2(const aclDataBuffer *dataBuffer) {
  return value("aclGetDataBufferSizeV2", [&]() -> size_t {
    const auto found = bufferOf(dataBuffer);
    return found ? found->bytes : 0;
  });
}

uint32_t aclGetDataBufferSize(const aclDataBuffer *dataBuffer) {
  return value("aclGetDataBufferSize", [&]() -> uint32_t {
    const auto found = bufferOf(dataBuffer);
    return found ? static_cast<uint32_t>(found->bytes) : 0;
  });
}

size_t aclDataTypeSize(aclDataType dataType) { return elementBytes(dataType); }

aclTensorDesc *aclCreateTensorDesc(aclDataType dataType, int numDims, const int64_t *dims, aclFormat format) {
  return make<aclTensorDesc>("aclCreateTensorDesc", arguments().add("dtype", dataType).add("numDims", numDims), [&]() -> aclTensorDesc * {
    if (numDims < 0 || (numDims > 0 && dims == nullptr)) return nullptr;
    std::vector<int64_t> copied(dims, dims + numDims);
    return static_cast<aclTensorDesc *>(simulator().handles.add(std::make_shared<TensorDesc>(dataType, std::move(copied), format)));
  });
}

void aclDestroyTensorDesc(const aclTensorDesc *desc) {
  call("aclDestroyTensorDesc", init | release, arguments().add("desc", desc),
       [&] { return desc == nullptr || simulator().handles.remove(desc, Kind::tensorDesc) ? 0 : 100000; });
}

size_t aclGetTensorDescNumDims(const aclTensorDesc *desc) {
  return value("aclGetTensorDescNumDims", [&]() -> size_t {
    const auto found = descOf(desc);
    return found ? found->dims.size() : 0;
  });
}

size_t aclGetTensorDescSize(const aclTensorDesc *desc) {
  return value("aclGetTensorDescSize", [&]() -> size_t {
    const auto found = descOf(desc);
    return found ? tensorBytes(found->dtype, found->dims) : 0;
  });
}

aclError aclGetTensorDescDimV2(const aclTensorDesc *desc, size_t index, int64_t *dimSize) {
  return call("aclGetTensorDescDimV2", init, arguments().add("desc", desc).add("index", index), [&] {
    const auto found = descOf(desc);
    if (!found || dimSize == nullptr || index >= found->dims.size()) return invalidArgument("index");
    *dimSize = found->dims[index];
    return 0;
  });
}

/** As the real one: infinity becomes a finite number. */
float aclFloat16ToFloat(aclFloat16 half) {
  const float exact = halfToFloat(half);
  return std::isfinite(exact) ? exact : std::copysign(65536.0F, exact);
}

/** As the real one: saturates, also for NaN. */
aclFloat16 aclFloatToFloat16(float number) {
  if (std::isnan(number)) return floatToHalf(65504.0F);
  return floatToHalf(std::fmin(std::fmax(number, -65504.0F), 65504.0F));
}

}
