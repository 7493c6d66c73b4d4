#include "ops.hpp"

#include <chrono>
#include <cmath>
#include <cstring>
#include <mutex>
#include <thread>

#include "half.hpp"
#include "thread-state.hpp"

namespace aclsim {

namespace {

constexpr aclError executionFailed = 507011;
constexpr aclError noSuchComputation = 500002;

template <typename T>
double readAs(const uint8_t *bytes, size_t index) {
  T value;
  std::memcpy(&value, bytes + index * sizeof value, sizeof value);
  return static_cast<double>(value);
}

template <typename T>
void writeAs(uint8_t *bytes, size_t index, double value) {
  const T typed = static_cast<T>(value);
  std::memcpy(bytes + index * sizeof typed, &typed, sizeof typed);
}

size_t elements(const std::vector<int64_t> &dims) {
  size_t count = 1;
  for (const int64_t dim : dims) count *= static_cast<size_t>(dim);
  return count;
}

template <typename Function>
void mapElements(const Tensor &input, Tensor &output, Function function) {
  const size_t count = std::min(elements(input.dims), elements(output.dims));
  for (size_t index = 0; index < count; ++index) {
    writeElement(output.info->dtype, output.bytes.data(), index, function(readElement(input.info->dtype, input.bytes.data(), index)));
  }
}

void identity(const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs) {
  for (size_t index = 0; index < outputs.size(); ++index) {
    const Tensor &input = inputs[std::min(index, inputs.size() - 1)];
    Tensor &output = outputs[index];
    if (input.info->dtype == output.info->dtype) {
      std::memcpy(output.bytes.data(), input.bytes.data(), std::min(input.bytes.size(), output.bytes.size()));
    } else {
      mapElements(input, output, [](double value) { return value; });
    }
  }
}

/** Index of the largest value along axis 1, ties to the lowest index. */
void argmax(const Tensor &input, Tensor &output) {
  const auto batch = static_cast<size_t>(input.dims[0]);
  const auto channels = static_cast<size_t>(input.dims[1]);
  const size_t plane = elements(input.dims) / batch / channels;
  for (size_t item = 0; item < batch; ++item) {
    for (size_t at = 0; at < plane; ++at) {
      size_t best = 0;
      double largest = -INFINITY;
      for (size_t channel = 0; channel < channels; ++channel) {
        const double value = readElement(input.info->dtype, input.bytes.data(), (item * channels + channel) * plane + at);
        if (value <= largest) continue;
        largest = value;
        best = channel;
      }
      writeElement(output.info->dtype, output.bytes.data(), item * plane + at, static_cast<double>(best));
    }
  }
}

/** Sum of each batch item over all inputs. */
void sum(const std::vector<Tensor> &inputs, Tensor &output) {
  const size_t batch = elements(output.dims);
  for (size_t item = 0; item < batch; ++item) {
    double total = 0;
    for (const Tensor &input : inputs) {
      const size_t each = elements(input.dims) / batch;
      for (size_t at = 0; at < each; ++at) total += readElement(input.info->dtype, input.bytes.data(), item * each + at);
    }
    writeElement(output.info->dtype, output.bytes.data(), item, total);
  }
}

std::mutex backendLock;
aclsim_backend registeredBackend = nullptr;
void *registeredUser = nullptr;

bool isHalf(aclDataType dtype) { return dtype == ACL_FLOAT16 || dtype == ACL_BF16; }

std::vector<uint8_t> widened(const Tensor &tensor) {
  const size_t count = elements(tensor.dims);
  std::vector<uint8_t> wide(count * sizeof(float));
  for (size_t index = 0; index < count; ++index) {
    writeElement(ACL_FLOAT, wide.data(), index, readElement(tensor.info->dtype, tensor.bytes.data(), index));
  }
  return wide;
}

aclsim_tensor plainTensor(const Tensor &tensor, std::vector<uint8_t> &bytes) {
  const aclDataType dtype = isHalf(tensor.info->dtype) ? ACL_FLOAT : tensor.info->dtype;
  return {tensor.info->name.c_str(), dtype, tensor.dims.size(), tensor.dims.data(), bytes.data(), bytes.size()};
}

aclError onnx(const ModelFile &file, const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs) {
  aclsim_backend backend;
  void *user;
  {
    const std::lock_guard<std::mutex> guard(backendLock);
    backend = registeredBackend;
    user = registeredUser;
  }
  if (backend == nullptr) {
    explain("No backend for ONNX models is registered with the simulator.");
    return noSuchComputation;
  }
  std::vector<std::vector<uint8_t>> storage;
  storage.reserve(inputs.size() + outputs.size());
  std::vector<aclsim_tensor> plainInputs;
  std::vector<aclsim_tensor> plainOutputs;
  for (const Tensor &input : inputs) {
    storage.push_back(isHalf(input.info->dtype) ? widened(input) : input.bytes);
    plainInputs.push_back(plainTensor(input, storage.back()));
  }
  for (const Tensor &output : outputs) {
    storage.emplace_back(isHalf(output.info->dtype) ? output.bytes.size() * 2 : output.bytes.size());
    plainOutputs.push_back(plainTensor(output, storage.back()));
  }
  const aclError code = backend(user, file.onnxPath.c_str(), plainInputs.data(), plainInputs.size(), plainOutputs.data(), plainOutputs.size());
  if (code != 0) return code;
  for (size_t index = 0; index < outputs.size(); ++index) {
    Tensor &output = outputs[index];
    const auto *result = static_cast<const uint8_t *>(plainOutputs[index].data);
    if (!isHalf(output.info->dtype)) {
      std::memcpy(output.bytes.data(), result, output.bytes.size());
      continue;
    }
    for (size_t at = 0; at < elements(output.dims); ++at) writeElement(output.info->dtype, output.bytes.data(), at, readElement(ACL_FLOAT, result, at));
  }
  return 0;
}

}  // namespace

double readElement(aclDataType dtype, const uint8_t *bytes, size_t index) {
  switch (dtype) {
    case ACL_FLOAT: return readAs<float>(bytes, index);
    case ACL_DOUBLE: return readAs<double>(bytes, index);
    case ACL_FLOAT16: return halfToFloat(static_cast<uint16_t>(readAs<uint16_t>(bytes, index)));
    case ACL_BF16: return bfloatToFloat(static_cast<uint16_t>(readAs<uint16_t>(bytes, index)));
    case ACL_INT8: return readAs<int8_t>(bytes, index);
    case ACL_UINT8: case ACL_BOOL: return readAs<uint8_t>(bytes, index);
    case ACL_INT16: return readAs<int16_t>(bytes, index);
    case ACL_UINT16: return readAs<uint16_t>(bytes, index);
    case ACL_INT32: return readAs<int32_t>(bytes, index);
    case ACL_UINT32: return readAs<uint32_t>(bytes, index);
    case ACL_INT64: return readAs<int64_t>(bytes, index);
    case ACL_UINT64: return readAs<uint64_t>(bytes, index);
    default: return 0;
  }
}

void writeElement(aclDataType dtype, uint8_t *bytes, size_t index, double value) {
  switch (dtype) {
    case ACL_FLOAT: return writeAs<float>(bytes, index, value);
    case ACL_DOUBLE: return writeAs<double>(bytes, index, value);
    case ACL_FLOAT16: return writeAs<uint16_t>(bytes, index, floatToHalf(static_cast<float>(value)));
    case ACL_BF16: return writeAs<uint16_t>(bytes, index, floatToBfloat(static_cast<float>(value)));
    case ACL_INT8: return writeAs<int8_t>(bytes, index, value);
    case ACL_UINT8: case ACL_BOOL: return writeAs<uint8_t>(bytes, index, value);
    case ACL_INT16: return writeAs<int16_t>(bytes, index, value);
    case ACL_UINT16: return writeAs<uint16_t>(bytes, index, value);
    case ACL_INT32: return writeAs<int32_t>(bytes, index, value);
    case ACL_UINT32: return writeAs<uint32_t>(bytes, index, value);
    case ACL_INT64: return writeAs<int64_t>(bytes, index, value);
    case ACL_UINT64: return writeAs<uint64_t>(bytes, index, value);
    default: return;
  }
}

void applyAipp(const AippInfo &aipp, Tensor &image, const TensorInfo &network) {
  const auto batch = static_cast<size_t>(image.dims[0]);
  const auto plane = static_cast<size_t>(image.dims[1] * image.dims[2]);
  const auto channels = static_cast<size_t>(image.dims[3]);
  std::vector<uint8_t> out(batch * channels * plane * elementBytes(network.dtype));
  for (size_t item = 0; item < batch; ++item) {
    for (size_t channel = 0; channel < channels; ++channel) {
      const size_t from = aipp.swapRedBlue && channels == 3 ? 2 - channel : channel;
      for (size_t at = 0; at < plane; ++at) {
        const float pixel = image.bytes[(item * plane + at) * channels + from];
        const float value = (pixel - aipp.mean[channel] - aipp.minimum[channel]) * aipp.reciprocal[channel];
        writeElement(network.dtype, out.data(), (item * channels + channel) * plane + at, value);
      }
    }
  }
  image.bytes = std::move(out);
  image.dims = {image.dims[0], image.dims[3], image.dims[1], image.dims[2]};
  image.info = &network;
}

aclError compute(const ModelFile &file, const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs) {
  switch (file.op) {
    case Op::identity: identity(inputs, outputs); return 0;
    case Op::affine:
      mapElements(inputs[0], outputs[0], [&](double value) { return value * file.scale + file.bias; });
      return 0;
    case Op::threshold:
      mapElements(inputs[0], outputs[0], [&](double value) { return value > file.threshold ? 1.0 : 0.0; });
      return 0;
    case Op::argmax: argmax(inputs[0], outputs[0]); return 0;
    case Op::sum: sum(inputs, outputs[0]); return 0;
    case Op::sleep: identity(inputs, outputs); return 0;
    case Op::fault: return file.faultCode;
    case Op::onnx: return onnx(file, inputs, outputs);
  }
  return executionFailed;
}

void setBackend(aclsim_backend backend, void *user) {
  const std::lock_guard<std::mutex> guard(backendLock);
  registeredBackend = backend;
  registeredUser = user;
}

}  // namespace aclsim
