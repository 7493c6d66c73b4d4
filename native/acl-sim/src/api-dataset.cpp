/** Datasets and execution. */
#include <cstring>

#include "call.hpp"
#include "execute.hpp"

using namespace aclsim;

namespace {

std::shared_ptr<Dataset> datasetOf(const aclmdlDataset *handle) { return simulator().handles.get<Dataset>(handle, Kind::dataset); }

/** Counts an execution as queued until its task is gone, whether it ran or was dropped. */
std::shared_ptr<void> queuedMark(const std::shared_ptr<LoadedModel> &model) {
  ++model->queued;
  return std::shared_ptr<void>(nullptr, [model](void *) { --model->queued; });
}

aclError enqueueExecution(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, Stream &stream, uint64_t *ordinal,
                          const std::shared_ptr<aclError> &result) {
  auto execution = std::make_shared<Execution>();
  if (const aclError code = prepareExecution(modelId, input, output, *execution)) return code;
  Task task;
  task.details = arguments().add("modelId", modelId).add("gear", execution->gear);
  task.run = [execution, mark = queuedMark(execution->model), result](Stream &on) {
    const aclError code = runExecution(*execution, on);
    if (result) *result = code;
    return code;
  };
  return stream.enqueue(std::move(task), ordinal);
}

aclError executeAsync(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream handle) {
  aclError code = 0;
  const auto stream = simulator().streamFor(handle, code);
  return stream ? enqueueExecution(modelId, input, output, *stream, nullptr, nullptr) : code;
}

aclError executeAndWait(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream handle, int timeoutMs) {
  aclError code = 0;
  const auto stream = simulator().streamFor(handle, code);
  if (!stream) return code;
  const auto result = std::make_shared<aclError>(507011);
  uint64_t ordinal = 0;
  if (const aclError refused = enqueueExecution(modelId, input, output, *stream, &ordinal, result)) return refused;
  if (stream->await(ordinal, timeoutMs) == Wait::timeout) return 507046;
  const aclError failed = stream->takeError();
  return failed != 0 ? failed : *result;
}

Fields executeArguments(uint32_t modelId, const aclmdlDataset *input, const aclmdlDataset *output) {
  return arguments().add("modelId", modelId).add("input", input).add("output", output);
}

}  // namespace

extern "C" {

aclmdlDataset *aclmdlCreateDataset(void) {
  return make<aclmdlDataset>("aclmdlCreateDataset", arguments(),
                             [] { return static_cast<aclmdlDataset *>(simulator().handles.add(std::make_shared<Dataset>())); });
}

aclError aclmdlDestroyDataset(const aclmdlDataset *dataset) {
  return call("aclmdlDestroyDataset", init | release, arguments().add("dataset", dataset),
              [&] { return simulator().handles.remove(dataset, Kind::dataset) ? 0 : 100000; });
}

aclError aclmdlAddDatasetBuffer(aclmdlDataset *dataset, aclDataBuffer *dataBuffer) {
  return call("aclmdlAddDatasetBuffer", init, arguments().add("dataset", dataset).add("dataBuffer", dataBuffer), [&] {
    const auto found = datasetOf(dataset);
    if (!found || !simulator().handles.find(dataBuffer, Kind::dataBuffer)) return invalidArgument("dataset or dataBuffer");
    found->buffers.push_back(dataBuffer);
    found->descs.push_back(nullptr);
    return 0;
  });
}

size_t aclmdlGetDatasetNumBuffers(const aclmdlDataset *dataset) {
  return value("aclmdlGetDatasetNumBuffers", [&]() -> size_t {
    const auto found = datasetOf(dataset);
    return found ? found->buffers.size() : 0;
  });
}

aclDataBuffer *aclmdlGetDatasetBuffer(const aclmdlDataset *dataset, size_t index) {
  return value("aclmdlGetDatasetBuffer", [&]() -> aclDataBuffer * {
    const auto found = datasetOf(dataset);
    return found && index < found->buffers.size() ? found->buffers[index] : nullptr;
  });
}

aclError aclmdlSetDatasetTensorDesc(aclmdlDataset *dataset, aclTensorDesc *tensorDesc, size_t index) {
  return call("aclmdlSetDatasetTensorDesc", init, arguments().add("dataset", dataset).add("index", index), [&] {
    const auto found = datasetOf(dataset);
    if (!found || index >= found->descs.size()) return invalidArgument("dataset or index");
    found->descs[index] = tensorDesc;
    return 0;
  });
}

aclTensorDesc *aclmdlGetDatasetTensorDesc(const aclmdlDataset *dataset, size_t index) {
  return value("aclmdlGetDatasetTensorDesc", [&]() -> aclTensorDesc * {
    const auto found = datasetOf(dataset);
    return found && index < found->descs.size() ? found->descs[index] : nullptr;
  });
}

aclError aclmdlExecute(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output) {
  return call("aclmdlExecute", context, executeArguments(modelId, input, output), [&] { return executeAndWait(modelId, input, output, nullptr, -1); });
}

aclError aclmdlExecuteAsync(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream) {
  Fields args = executeArguments(modelId, input, output);
  args.add("stream", stream);
  return call("aclmdlExecuteAsync", context, std::move(args), [&] { return executeAsync(modelId, input, output, stream); });
}

aclError aclmdlExecuteV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream, const aclmdlExecConfigHandle *handle) {
  Fields args = executeArguments(modelId, input, output);
  args.add("stream", stream);
  return call("aclmdlExecuteV2", context, std::move(args), [&] {
    const auto config = simulator().handles.get<ExecConfig>(handle, Kind::execConfig);
    return config ? executeAndWait(modelId, input, output, stream, config->streamTimeoutMs) : 100000;
  });
}

aclError aclmdlExecuteAsyncV2(uint32_t modelId, const aclmdlDataset *input, aclmdlDataset *output, aclrtStream stream,
                              const aclmdlExecConfigHandle *handle) {
  Fields args = executeArguments(modelId, input, output);
  args.add("stream", stream);
  return call("aclmdlExecuteAsyncV2", context, std::move(args), [&] {
    if (stream == nullptr) return invalidArgument("stream");
    const auto config = simulator().handles.get<ExecConfig>(handle, Kind::execConfig);
    return config ? executeAsync(modelId, input, output, stream) : 100000;
  });
}

aclmdlExecConfigHandle *aclmdlCreateExecConfigHandle(void) {
  return make<aclmdlExecConfigHandle>("aclmdlCreateExecConfigHandle", arguments(), [] {
    return static_cast<aclmdlExecConfigHandle *>(simulator().handles.add(std::make_shared<ExecConfig>()));
  });
}

aclError aclmdlDestroyExecConfigHandle(const aclmdlExecConfigHandle *handle) {
  return call("aclmdlDestroyExecConfigHandle", init | release, arguments(),
              [&] { return simulator().handles.remove(handle, Kind::execConfig) ? 0 : 100000; });
}

aclError aclmdlSetExecConfigOpt(aclmdlExecConfigHandle *handle, aclmdlExecConfigAttr attr, const void *attrValue, size_t valueSize) {
  return call("aclmdlSetExecConfigOpt", init, arguments().add("attr", attr), [&] {
    const auto config = simulator().handles.get<ExecConfig>(handle, Kind::execConfig);
    if (!config || attrValue == nullptr || valueSize != sizeof(int32_t)) return invalidArgument("attrValue");
    if (attr == ACL_MDL_STREAM_SYNC_TIMEOUT) std::memcpy(&config->streamTimeoutMs, attrValue, sizeof(int32_t));
    return 0;
  });
}

}
