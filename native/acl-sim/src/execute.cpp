#include "execute.hpp"

#include <cstring>

#include "copy.hpp"
#include "ops.hpp"

namespace aclsim {

namespace {

constexpr aclError graphParameter = 145000;
constexpr aclError modelIdInvalid = 145003;
constexpr aclError shapeInvalid = 145021;
constexpr aclError executionFailed = 507011;
constexpr aclError coreException = 507015;
constexpr aclError streamAborted = 107023;
/** A buffer this much too short still passes, as in the real check. */
constexpr size_t slackBytes = 64;

aclError collectPorts(const Dataset &dataset, std::vector<Execution::Port> &ports) {
  for (const aclDataBuffer *handle : dataset.buffers) {
    const auto buffer = simulator().handles.get<DataBuffer>(handle, Kind::dataBuffer);
    if (!buffer) return graphParameter;
    ports.push_back({buffer->data, buffer->bytes});
  }
  return 0;
}

aclError checkPort(const Execution::Port &port, size_t neededBytes, const char *side, size_t index) {
  Simulator &sim = simulator();
  const std::string what = std::string(side) + " " + std::to_string(index) + ": " + std::to_string(port.bytes) + " bytes given, " +
                           std::to_string(neededBytes) + " needed";
  if (port.bytes + slackBytes < neededBytes) {
    explain("The buffer is too small: " + what + ".");
    return graphParameter;
  }
  if (port.bytes < neededBytes) sim.ledger.violation(misuse::shortBuffer, what + "; the check lets it pass");
  const size_t used = std::min(port.bytes, neededBytes);
  if (!sim.memory.device(port.address, used, sim.currentContext()->deviceId)) return graphParameter;
  return 0;
}

aclError checkPorts(const std::vector<Execution::Port> &ports, const std::vector<TensorInfo> &tensors, bool isOutput, const Execution &execution) {
  const char *side = isOutput ? "output" : "input";
  if (ports.size() != tensors.size()) {
    explain(std::string("The ") + side + " dataset has " + std::to_string(ports.size()) + " buffers, the model needs " +
            std::to_string(tensors.size()) + ".");
    return graphParameter;
  }
  for (size_t index = 0; index < ports.size(); ++index) {
    const size_t needed = bytesInGear(*execution.model->file, tensors[index], isOutput, index, execution.gear);
    if (const aclError code = checkPort(ports[index], needed, side, index)) return code;
  }
  return 0;
}

/** Model time for a batch, in microseconds. */
double modelTimeUs(const ModelFile &file, int64_t batch) {
  Simulator &sim = simulator();
  const LatencyModel &latency = sim.config.latency;
  if (!latency.on) return 0;
  const bool own = file.baseUs > 0 || file.itemUs > 0;
  const double fixed = own ? file.baseUs : latency.modelUs;
  const double each = own ? file.itemUs : latency.itemUs;
  return sim.jittered(latency.baseUs + fixed + each * static_cast<double>(batch));
}

/** Counts a model as running while it lives. */
class Running {
 public:
  explicit Running(LoadedModel &model) : model_(model), alone_(++model.running == 1) {}
  ~Running() { --model_.running; }
  Running(const Running &) = delete;
  Running &operator=(const Running &) = delete;
  bool alone() const { return alone_; }

 private:
  LoadedModel &model_;
  const bool alone_;
};

/** Work memory given by the application may serve one running model at a time. */
bool workMemoryShared(const LoadedModel &model) {
  Simulator &sim = simulator();
  const std::lock_guard<std::mutex> guard(sim.lock);
  for (const auto &[id, other] : sim.models) {
    if (id != model.id && other->work != nullptr && other->work == model.work && other->running > 0) return true;
  }
  return false;
}

aclError readInputs(const Execution &execution, const std::vector<TensorInfo> &visible, Stream &stream, std::vector<Tensor> &tensors) {
  const ModelFile &file = *execution.model->file;
  for (size_t index = 0; index < visible.size(); ++index) {
    Tensor tensor;
    tensor.info = &visible[index];
    tensor.dims = dimsInGear(file, visible[index], false, index, execution.gear);
    tensor.bytes.resize(tensorBytes(tensor.info->dtype, tensor.dims));
    const Execution::Port &port = execution.inputs[index];
    const size_t used = std::min(port.bytes, tensor.bytes.size());
    const Span span = simulator().memory.device(port.address, used, stream.deviceId);
    if (!span) return coreException;
    noteAccess(span, used, false, &stream, VectorClock());
    if (index >= file.inputs.size()) continue;
    std::memcpy(tensor.bytes.data(), span.data, used);
    if (execution.aipp.present && execution.aipp.input == index) applyAipp(execution.aipp, tensor, file.inputs[index]);
    tensors.push_back(std::move(tensor));
  }
  return 0;
}

aclError computeAndWrite(const Execution &execution, const std::vector<Tensor> &inputs, Stream &stream) {
  const ModelFile &file = *execution.model->file;
  std::vector<Tensor> outputs(file.outputs.size());
  std::vector<Span> spans;
  for (size_t index = 0; index < outputs.size(); ++index) {
    Tensor &output = outputs[index];
    output.info = &file.outputs[index];
    output.dims = dimsInGear(file, *output.info, true, index, execution.gear);
    output.bytes.resize(tensorBytes(output.info->dtype, output.dims));
    const size_t used = std::min(execution.outputs[index].bytes, output.bytes.size());
    spans.push_back(simulator().memory.device(execution.outputs[index].address, used, stream.deviceId));
    if (!spans.back()) return coreException;
    noteAccess(spans.back(), used, true, &stream, VectorClock());
  }
  if (const aclError code = compute(file, inputs, outputs)) return code;
  const int64_t batch = inputs.front().dims.empty() ? 1 : inputs.front().dims.front();
  if (!stream.sleepUs(modelTimeUs(file, batch) + file.sleepMs * 1e3)) return streamAborted;
  for (size_t index = 0; index < outputs.size(); ++index) {
    std::memcpy(spans[index].data, outputs[index].bytes.data(), std::min(execution.outputs[index].bytes, outputs[index].bytes.size()));
  }
  return 0;
}

}  // namespace

aclError prepareExecution(uint32_t modelId, const aclmdlDataset *input, const aclmdlDataset *output, Execution &execution) {
  Simulator &sim = simulator();
  execution.model = sim.model(modelId);
  if (!execution.model) {
    explain("There is no model " + std::to_string(modelId) + ".");
    sim.ledger.violation(misuse::useAfterFree, "model " + std::to_string(modelId) + " is not loaded");
    return modelIdInvalid;
  }
  if (execution.model->context != sim.currentContext()) {
    sim.ledger.violation(misuse::wrongContext, "the model was loaded in another context");
    explain("The model is not in the current context.");
    return 107004;
  }
  const auto inputs = sim.handles.get<Dataset>(input, Kind::dataset);
  const auto outputs = sim.handles.get<Dataset>(output, Kind::dataset);
  if (!inputs || !outputs) return graphParameter;
  const ModelFile &file = *execution.model->file;
  if (file.unknownShape) {
    explain("The simulator runs no model of fully dynamic shape.");
    return shapeInvalid;
  }
  execution.gear = inputs->gearModel == modelId ? inputs->gear : -1;
  execution.aipp = file.aipp;
  if (file.aipp.dynamic) {
    if (inputs->aipp.empty()) {
      explain("No AIPP parameters were set for this dataset.");
      return 145015;
    }
    execution.aipp = std::static_pointer_cast<AippParameters>(inputs->aipp.back().second)->info;
    execution.aipp.present = true;
    execution.aipp.input = inputs->aipp.back().first;
  }
  if (const aclError code = collectPorts(*inputs, execution.inputs)) return code;
  if (const aclError code = collectPorts(*outputs, execution.outputs)) return code;
  if (const aclError code = checkPorts(execution.inputs, visibleInputs(file), false, execution)) return code;
  return checkPorts(execution.outputs, file.outputs, true, execution);
}

aclError runExecution(const Execution &execution, Stream &stream) {
  Simulator &sim = simulator();
  LoadedModel &model = *execution.model;
  const Running running(model);
  if (!running.alone()) {
    sim.ledger.violation(misuse::concurrentModel, "model " + std::to_string(model.id) + " runs on two streams at once");
    return executionFailed;
  }
  if (model.work != nullptr && workMemoryShared(model)) {
    sim.ledger.violation(misuse::sharedWork, "two models with the same work memory run at once");
    return executionFailed;
  }
  const struct {
    void *address;
    size_t bytes;
  } given[] = {{model.work, model.file->workBytes}, {model.weight, model.file->weightBytes}};
  for (const auto &memory : given) {
    if (memory.address == nullptr || memory.bytes == 0) continue;
    const Span span = sim.memory.device(memory.address, memory.bytes, stream.deviceId);
    if (!span) return coreException;
    noteAccess(span, memory.bytes, memory.address == model.work, &stream, VectorClock());
  }
  const std::vector<TensorInfo> visible = visibleInputs(*model.file);
  std::vector<Tensor> inputs;
  const std::lock_guard<std::mutex> busy(sim.device(stream.deviceId)->compute);
  if (const aclError code = readInputs(execution, visible, stream, inputs)) return code;
  return computeAndWrite(execution, inputs, stream);
}

}  // namespace aclsim
