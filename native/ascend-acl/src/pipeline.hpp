/** One loaded model with everything it needs to run, double-buffered. Lives on its device's worker thread. */
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "handles.hpp"
#include "model-description.hpp"

namespace railscope {

using Clock = std::chrono::steady_clock;

struct OpenRequest {
  std::string path;
  /** runs that may be under way at once; each has its own buffers */
  size_t slots = 2;
  /** 1: everything in order; 2: copying in and out overlaps computing */
  size_t streams = 2;
};

/** How a buffer of the caller becomes a tensor of the model. */
enum class Conversion { none, half, bfloat };

struct RunTimes {
  float copyInMs = 0;
  float computeMs = 0;
  float copyOutMs = 0;
};

/** How a run ended; without `failure` its outputs were written. */
struct RunOutcome {
  std::optional<AclFailure> failure;
  /** timedOut: the time allowed was over; dropped: the model was closed or its device reset under the run */
  enum class End { done, failed, timedOut, dropped } end = End::done;
  RunTimes times;
};

struct OutputTarget {
  void *data;
  size_t bytes;
  Conversion conversion;
};

/** One inference from submission to its outcome. */
struct Run {
  enum class Stage { copyingIn, computing, copyingOut };

  Stage stage = Stage::copyingIn;
  size_t slot = 0;
  size_t gear = 0;
  std::vector<Conversion> inputConversions;
  std::vector<OutputTarget> outputs;
  Clock::time_point deadline;
  std::function<void(const RunOutcome &)> done;

  /** Forbids any further write to the outputs; waits for one that is going on. Any thread. */
  void abandon();
  /** Writes the outputs unless abandoned. */
  void writeOutputs(const std::function<void(const OutputTarget &, size_t index)> &write);

 private:
  std::mutex outputMutex_;
  bool abandoned_ = false;
};

/** Memory that JavaScript fills before a run: pinned, or plain floats where the worker converts them. */
struct InputStaging {
  void *data = nullptr;
  size_t bytes = 0;
};

struct PipelineMemory {
  size_t deviceBytes = 0;
  size_t pinnedBytes = 0;
  size_t workBytes = 0;
  size_t weightBytes = 0;
};

class Pipeline {
 public:
  /** Loads the model and allocates all memory. @throws AclFailure, UnsupportedModel, std::bad_alloc; then nothing is left behind */
  Pipeline(const AclApi &api, bool sharedMemory, const OpenRequest &request);
  /** Ends what is on the streams and releases everything in the order that ACL wants. */
  ~Pipeline();
  Pipeline(const Pipeline &) = delete;
  Pipeline &operator=(const Pipeline &) = delete;

  const ModelShape &shape() const { return shape_; }
  const PipelineMemory &memory() const { return memory_; }
  /** @param conversion whether floats are staged for a 16-bit input */
  InputStaging staging(size_t slot, size_t input, Conversion conversion);

  /** Queues the copy in; computing and copying out follow in `poll`. A failure is told to `run.done`, never thrown. */
  void submit(std::shared_ptr<Run> run);
  /** Takes every run as far as it can go now, and ends what is complete, failed or overdue. */
  void poll();
  bool busy() const { return !inFlight_.empty(); }
  /** Ends every run under way with `outcome`. The device may still be working: use before the pipeline is destroyed. */
  void dropRuns(const RunOutcome &outcome);
  /** The device or a stream failed: its work may never end, and is thrown away. */
  void markBroken() { broken_ = true; }

 private:
  struct PinnedBuffers {
    std::vector<PinnedMemory> inputs;
    std::vector<PinnedMemory> outputs;
    /** float32 images of 16-bit inputs, allocated for those inputs only */
    std::vector<std::vector<float>> floats;
  };
  struct DeviceBuffers {
    std::vector<DeviceMemory> inputs;
    std::vector<DeviceMemory> outputs;
    DeviceMemory gear;
  };
  struct SlotEvents {
    Event inReady;
    Event copyInStart, copyInEnd, computeStart, computeEnd, copyOutStart, copyOutEnd;
  };
  struct SlotSets {
    std::vector<DataBuffer> buffers;
    Dataset inputs;
    Dataset outputs;
  };

  void load(const OpenRequest &request);
  void allocateSlot();
  void readGearOutputs();
  void selectGear(size_t slot, size_t gear);
  void copyIn(const Run &run);
  void compute(Run &run);
  void copyOut(Run &run);
  bool advance();
  bool advanceComputing();
  bool startNext();
  bool finishFirst();
  bool attempt(const std::shared_ptr<Run> &run, const std::function<void()> &step);
  void endFailed(const std::shared_ptr<Run> &run, const AclFailure &failure);
  void endAllFailed(const AclFailure &failure);
  void endOverdue();
  void remove(const std::shared_ptr<Run> &run);
  std::shared_ptr<Run> firstIn(Run::Stage stage) const;
  bool isComplete(const Event &event);
  aclError synchronize(const Stream &stream);
  const char *synchronizeName() const;
  void drain();
  RunTimes timesOf(size_t slot);
  void addBuffer(SlotSets &sets, Dataset &set, void *memory, size_t bytes);
  size_t gearBytes(const TensorDescription &tensor, const std::vector<int64_t> &dims) const;
  Stream &copyStream() { return streams_.front(); }
  Stream &computeStream() { return streams_.back(); }

  const AclApi &api_;
  const bool sharedMemory_;
  bool broken_ = false;
  PipelineMemory memory_;
  ModelShape shape_;
  /** in the order of submission; at most one is computing */
  std::deque<std::shared_ptr<Run>> inFlight_;

  // destroyed from the last to the first: model, its memory, sets, buffers, device memory, description, pinned memory, events, streams
  std::vector<Stream> streams_;
  std::vector<SlotEvents> events_;
  std::vector<PinnedBuffers> pinned_;
  ModelDescription description_;
  std::vector<DeviceBuffers> device_;
  std::vector<SlotSets> sets_;
  DeviceMemory work_;
  DeviceMemory weights_;
  LoadedModel model_;
};

}  // namespace railscope
