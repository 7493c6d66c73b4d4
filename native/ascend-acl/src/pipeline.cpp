#include "pipeline.hpp"

#include <algorithm>
#include <cstring>

#include "half.hpp"

namespace railscope {
namespace {

/** How long a healthy stream may take to drain. */
constexpr int32_t kDrainTimeoutMs = 5000;

void convertToModel(Conversion conversion, const float *from, void *to, size_t count) {
  if (conversion == Conversion::half) floatToHalf(from, static_cast<uint16_t *>(to), count);
  if (conversion == Conversion::bfloat) floatToBfloat(from, static_cast<uint16_t *>(to), count);
}

void convertFromModel(const OutputTarget &target, const void *from) {
  switch (target.conversion) {
    case Conversion::none:
      std::memcpy(target.data, from, target.bytes);
      break;
    case Conversion::half:
      halfToFloat(static_cast<const uint16_t *>(from), static_cast<float *>(target.data), target.bytes / sizeof(float));
      break;
    case Conversion::bfloat:
      bfloatToFloat(static_cast<const uint16_t *>(from), static_cast<float *>(target.data), target.bytes / sizeof(float));
      break;
  }
}

}  // namespace

void Run::abandon() {
  const std::lock_guard lock(outputMutex_);
  abandoned_ = true;
}

void Run::writeOutputs(const std::function<void(const OutputTarget &, size_t index)> &write) {
  const std::lock_guard lock(outputMutex_);
  if (abandoned_) return;
  for (size_t i = 0; i < outputs.size(); i++) write(outputs[i], i);
}

Pipeline::Pipeline(const AclApi &api, bool sharedMemory, const OpenRequest &request) : api_(api), sharedMemory_(sharedMemory) {
  for (size_t i = 0; i < request.streams; i++) streams_.push_back(createStream(api_));
  load(request);
  for (size_t i = 0; i < request.slots; i++) allocateSlot();
  readGearOutputs();
}

Pipeline::~Pipeline() {
  // nothing may be freed while the device still works with it
  if (!broken_) drain();
  // what a failed device does not finish is thrown away, where that can be done
  if (broken_ && api_.aclrtStreamAbort != nullptr) {
    for (const Stream &stream : streams_) noteRelease(api_, api_.aclrtStreamAbort(stream.get()), "aclrtStreamAbort");
    drain();
  }
  for (Stream &stream : streams_) stream.release().force = broken_;
}

/** Waits for every stream; one that fails breaks the pipeline. */
void Pipeline::drain() {
  for (const Stream &stream : streams_) {
    const aclError code = synchronize(stream);
    noteRelease(api_, code, synchronizeName());
    if (code != ACL_SUCCESS) broken_ = true;
  }
}

void Pipeline::load(const OpenRequest &request) {
  ACL_CALL(api_, aclmdlQuerySize, request.path.c_str(), &memory_.workBytes, &memory_.weightBytes);
  if (memory_.workBytes > 0) work_ = allocateDevice(api_, memory_.workBytes);
  if (memory_.weightBytes > 0) weights_ = allocateDevice(api_, memory_.weightBytes);
  memory_.deviceBytes += memory_.workBytes + memory_.weightBytes;
  uint32_t modelId = 0;
  ACL_CALL(api_, aclmdlLoadFromFileWithMem, request.path.c_str(), &modelId, work_.get(), memory_.workBytes, weights_.get(),
           memory_.weightBytes);
  model_ = LoadedModel(api_, modelId);
  description_ = ModelDescription(api_, checkHandle(api_, api_.aclmdlCreateDesc(), "aclmdlCreateDesc"));
  ACL_CALL(api_, aclmdlGetDesc, description_.get(), modelId);
  shape_ = readShape(api_, description_.get());
}

void Pipeline::addBuffer(SlotSets &sets, Dataset &set, void *memory, size_t bytes) {
  sets.buffers.emplace_back(api_, checkHandle(api_, api_.aclCreateDataBuffer(memory, bytes), "aclCreateDataBuffer"));
  ACL_CALL(api_, aclmdlAddDatasetBuffer, set.get(), sets.buffers.back().get());
}

void Pipeline::allocateSlot() {
  SlotEvents &events = events_.emplace_back();
  for (Event *event : {&events.inReady, &events.copyInStart, &events.copyInEnd, &events.computeStart, &events.computeEnd,
                       &events.copyOutStart, &events.copyOutEnd}) {
    *event = createEvent(api_);
  }
  PinnedBuffers &pinned = pinned_.emplace_back();
  DeviceBuffers &device = device_.emplace_back();
  for (const TensorDescription &input : shape_.inputs) {
    pinned.inputs.push_back(allocatePinned(api_, input.bytes));
    const bool is16Bit = input.dataType == ACL_FLOAT16 || input.dataType == ACL_BF16;
    pinned.floats.emplace_back(is16Bit ? input.bytes / 2 : 0);
    device.inputs.push_back(allocateDevice(api_, input.bytes));
    memory_.pinnedBytes += input.bytes;
    memory_.deviceBytes += input.bytes;
  }
  for (const TensorDescription &output : shape_.outputs) {
    pinned.outputs.push_back(allocatePinned(api_, output.bytes));
    device.outputs.push_back(allocateDevice(api_, output.bytes));
    memory_.pinnedBytes += output.bytes;
    memory_.deviceBytes += output.bytes;
  }
  if (shape_.gearKind != GearKind::none) {
    device.gear = allocateDevice(api_, shape_.gearInputBytes);
    memory_.deviceBytes += shape_.gearInputBytes;
  }

  SlotSets &sets = sets_.emplace_back();
  sets.inputs = Dataset(api_, checkHandle(api_, api_.aclmdlCreateDataset(), "aclmdlCreateDataset"));
  sets.outputs = Dataset(api_, checkHandle(api_, api_.aclmdlCreateDataset(), "aclmdlCreateDataset"));
  const size_t count = shape_.inputs.size() + (device.gear ? 1 : 0);
  for (size_t index = 0, input = 0; index < count; index++) {
    if (device.gear && index == shape_.gearInputIndex) {
      addBuffer(sets, sets.inputs, device.gear.get(), shape_.gearInputBytes);
    } else {
      addBuffer(sets, sets.inputs, device.inputs[input].get(), shape_.inputs[input].bytes);
      input++;
    }
  }
  for (size_t output = 0; output < shape_.outputs.size(); output++) {
    addBuffer(sets, sets.outputs, device.outputs[output].get(), shape_.outputs[output].bytes);
  }
}

void Pipeline::readGearOutputs() {
  for (size_t gear = 0; gear < shape_.gears.size(); gear++) {
    selectGear(0, gear);
    for (size_t output = 0; output < shape_.outputs.size(); output++) {
      shape_.gears[gear].outputDims.push_back(shape_.gearKind == GearKind::none ? shape_.outputs[output].dims
                                                                               : currentOutputDims(api_, description_.get(), output));
    }
  }
}

void Pipeline::selectGear(size_t slot, size_t gear) {
  const std::vector<int64_t> &values = shape_.gears[gear].values;
  aclmdlDataset *inputs = sets_[slot].inputs.get();
  const uint32_t model = model_.get();
  switch (shape_.gearKind) {
    case GearKind::none:
      return;
    case GearKind::batch:
      ACL_CALL(api_, aclmdlSetDynamicBatchSize, model, inputs, shape_.gearInputIndex, static_cast<uint64_t>(values[0]));
      return;
    case GearKind::imageSize:
      ACL_CALL(api_, aclmdlSetDynamicHWSize, model, inputs, shape_.gearInputIndex, static_cast<uint64_t>(values[0]),
               static_cast<uint64_t>(values[1]));
      return;
    case GearKind::dims: {
      auto dims = std::make_unique<aclmdlIODims>();
      std::memset(dims.get(), 0, sizeof *dims);
      dims->dimCount = values.size();
      std::memcpy(dims->dims, values.data(), values.size() * sizeof(int64_t));
      ACL_CALL(api_, aclmdlSetInputDynamicDims, model, inputs, shape_.gearInputIndex, dims.get());
      return;
    }
  }
}

InputStaging Pipeline::staging(size_t slot, size_t input, Conversion conversion) {
  const size_t bytes = shape_.inputs[input].bytes;
  if (conversion == Conversion::none) return {pinned_[slot].inputs[input].get(), bytes};
  return {pinned_[slot].floats[input].data(), bytes * 2};
}

size_t Pipeline::gearBytes(const TensorDescription &tensor, const std::vector<int64_t> &dims) const {
  size_t bytes = elementBytes(tensor.dataType);
  for (int64_t dim : dims) bytes *= static_cast<size_t>(dim);
  return bytes < tensor.bytes ? bytes : tensor.bytes;
}

void Pipeline::submit(std::shared_ptr<Run> run) {
  if (broken_) {
    run->done({{}, RunOutcome::End::dropped, {}});
    return;
  }
  inFlight_.push_back(run);
  attempt(run, [&] { copyIn(*run); });
  poll();
}

/** Does one step of a run; a failure ends the run. @returns whether it went well */
bool Pipeline::attempt(const std::shared_ptr<Run> &run, const std::function<void()> &step) {
  try {
    step();
    return true;
  } catch (const AclFailure &failure) {
    remove(run);
    run->done({failure, RunOutcome::End::failed, {}});
    return false;
  }
}

void Pipeline::copyIn(const Run &run) {
  const SlotEvents &events = events_[run.slot];
  const aclrtMemcpyKind kind = sharedMemory_ ? ACL_MEMCPY_DEVICE_TO_DEVICE : ACL_MEMCPY_HOST_TO_DEVICE;
  ACL_CALL(api_, aclrtRecordEvent, events.copyInStart.get(), copyStream().get());
  for (size_t i = 0; i < shape_.inputs.size(); i++) {
    const size_t bytes = gearBytes(shape_.inputs[i], shape_.gears[run.gear].inputDims[i]);
    void *pinned = pinned_[run.slot].inputs[i].get();
    const Conversion conversion = run.inputConversions[i];
    if (conversion != Conversion::none) convertToModel(conversion, pinned_[run.slot].floats[i].data(), pinned, bytes / 2);
    ACL_CALL(api_, aclrtMemcpyAsync, device_[run.slot].inputs[i].get(), shape_.inputs[i].bytes, pinned, bytes, kind, copyStream().get());
  }
  ACL_CALL(api_, aclrtRecordEvent, events.copyInEnd.get(), copyStream().get());
  if (copyStream().get() != computeStream().get()) ACL_CALL(api_, aclrtRecordEvent, events.inReady.get(), copyStream().get());
}

void Pipeline::compute(Run &run) {
  const SlotEvents &events = events_[run.slot];
  aclrtStream stream = computeStream().get();
  selectGear(run.slot, run.gear);
  if (copyStream().get() != stream) {
    ACL_CALL(api_, aclrtStreamWaitEvent, stream, events.inReady.get());
    if (eventsNeedReset(api_)) ACL_CALL(api_, aclrtResetEvent, events.inReady.get(), stream);
  }
  ACL_CALL(api_, aclrtRecordEvent, events.computeStart.get(), stream);
  ACL_CALL(api_, aclmdlExecuteAsync, model_.get(), sets_[run.slot].inputs.get(), sets_[run.slot].outputs.get(), stream);
  ACL_CALL(api_, aclrtRecordEvent, events.computeEnd.get(), stream);
  run.stage = Run::Stage::computing;
}

void Pipeline::copyOut(Run &run) {
  const SlotEvents &events = events_[run.slot];
  const aclrtMemcpyKind kind = sharedMemory_ ? ACL_MEMCPY_DEVICE_TO_DEVICE : ACL_MEMCPY_DEVICE_TO_HOST;
  ACL_CALL(api_, aclrtRecordEvent, events.copyOutStart.get(), copyStream().get());
  for (size_t i = 0; i < shape_.outputs.size(); i++) {
    const size_t bytes = gearBytes(shape_.outputs[i], shape_.gears[run.gear].outputDims[i]);
    ACL_CALL(api_, aclrtMemcpyAsync, pinned_[run.slot].outputs[i].get(), shape_.outputs[i].bytes, device_[run.slot].outputs[i].get(),
             bytes, kind, copyStream().get());
  }
  ACL_CALL(api_, aclrtRecordEvent, events.copyOutEnd.get(), copyStream().get());
  run.stage = Run::Stage::copyingOut;
}

void Pipeline::poll() {
  while (advance()) continue;
  endOverdue();
}

bool Pipeline::advance() {
  if (broken_) return false;
  const bool computed = advanceComputing();
  const bool started = startNext();
  const bool finished = finishFirst();
  return computed || started || finished;
}

/**
 * Events complete behind a task that failed; only synchronising a stream tells of the failure. So the stream is
 * synchronised when its event says that there is nothing to wait for, and the next run is computed only then: what a
 * stream reports belongs to exactly one run.
 */
bool Pipeline::advanceComputing() {
  const std::shared_ptr<Run> run = firstIn(Run::Stage::computing);
  if (!run) return false;
  try {
    if (!isComplete(events_[run->slot].computeEnd)) return false;
    check(api_, synchronize(computeStream()), synchronizeName());
  } catch (const AclFailure &failure) {
    endFailed(run, failure);
    return true;
  }
  attempt(run, [&] { copyOut(*run); });
  return true;
}

bool Pipeline::startNext() {
  const std::shared_ptr<Run> run = firstIn(Run::Stage::copyingIn);
  if (!run || firstIn(Run::Stage::computing)) return false;
  attempt(run, [&] { compute(*run); });
  return true;
}

bool Pipeline::finishFirst() {
  const std::shared_ptr<Run> run = firstIn(Run::Stage::copyingOut);
  if (!run) return false;
  try {
    if (!isComplete(events_[run->slot].copyOutEnd)) return false;
    check(api_, synchronize(copyStream()), synchronizeName());
    const RunTimes times = timesOf(run->slot);
    run->writeOutputs([&](const OutputTarget &target, size_t index) { convertFromModel(target, pinned_[run->slot].outputs[index].get()); });
    remove(run);
    run->done({{}, RunOutcome::End::done, times});
  } catch (const AclFailure &failure) {
    endAllFailed(failure);
  }
  return true;
}

void Pipeline::endFailed(const std::shared_ptr<Run> &run, const AclFailure &failure) {
  if (streams_.size() == 1) return endAllFailed(failure);
  remove(run);
  run->done({failure, RunOutcome::End::failed, {}});
}

/** A failed task on a stream with copies may be any run's since the stream was well the last time: all of them end. */
void Pipeline::endAllFailed(const AclFailure &failure) {
  // their slots are free for other runs afterwards, so none may be computing any more; what it reports is theirs too
  if (synchronize(computeStream()) != ACL_SUCCESS) recentMessage(api_);
  dropRuns({failure, RunOutcome::End::failed, {}});
}

void Pipeline::endOverdue() {
  while (!inFlight_.empty() && Clock::now() >= inFlight_.front()->deadline) {
    const std::shared_ptr<Run> run = inFlight_.front();
    remove(run);
    broken_ = true;
    run->done({{}, RunOutcome::End::timedOut, {}});
  }
}

void Pipeline::remove(const std::shared_ptr<Run> &run) {
  inFlight_.erase(std::remove(inFlight_.begin(), inFlight_.end(), run), inFlight_.end());
}

std::shared_ptr<Run> Pipeline::firstIn(Run::Stage stage) const {
  const auto found = std::find_if(inFlight_.begin(), inFlight_.end(), [stage](const auto &run) { return run->stage == stage; });
  return found == inFlight_.end() ? nullptr : *found;
}

bool Pipeline::isComplete(const Event &event) {
  if (api_.aclrtQueryEventStatus != nullptr) {
    aclrtEventRecordedStatus status = ACL_EVENT_RECORDED_STATUS_NOT_READY;
    ACL_CALL(api_, aclrtQueryEventStatus, event.get(), &status);
    return status == ACL_EVENT_RECORDED_STATUS_COMPLETE;
  }
  aclrtEventStatus status = ACL_EVENT_STATUS_NOT_READY;
  ACL_CALL(api_, aclrtQueryEvent, event.get(), &status);
  return status == ACL_EVENT_STATUS_COMPLETE;
}

const char *Pipeline::synchronizeName() const {
  return api_.aclrtSynchronizeStreamWithTimeout == nullptr ? "aclrtSynchronizeStream" : "aclrtSynchronizeStreamWithTimeout";
}

aclError Pipeline::synchronize(const Stream &stream) {
  if (api_.aclrtSynchronizeStreamWithTimeout == nullptr) return api_.aclrtSynchronizeStream(stream.get());
  return api_.aclrtSynchronizeStreamWithTimeout(stream.get(), kDrainTimeoutMs);
}

RunTimes Pipeline::timesOf(size_t slot) {
  const SlotEvents &events = events_[slot];
  RunTimes times;
  ACL_CALL(api_, aclrtEventElapsedTime, &times.copyInMs, events.copyInStart.get(), events.copyInEnd.get());
  ACL_CALL(api_, aclrtEventElapsedTime, &times.computeMs, events.computeStart.get(), events.computeEnd.get());
  ACL_CALL(api_, aclrtEventElapsedTime, &times.copyOutMs, events.copyOutStart.get(), events.copyOutEnd.get());
  return times;
}

void Pipeline::dropRuns(const RunOutcome &outcome) {
  while (!inFlight_.empty()) {
    const std::shared_ptr<Run> run = inFlight_.front();
    inFlight_.pop_front();
    run->done(outcome);
  }
}

}  // namespace railscope
