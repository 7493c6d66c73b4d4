/** A loaded model: its file, its memory and its gears. */
#pragma once

#include <atomic>
#include <memory>

#include "model-file.hpp"
#include "objects.hpp"

namespace aclsim {

struct LoadedModel {
  uint32_t id = 0;
  std::shared_ptr<const ModelFile> file;
  std::shared_ptr<Context> context;
  /** what the library allocated for it on the device */
  size_t ownBytes = 0;
  /** memory that the application gave, or null */
  void *work = nullptr;
  void *weight = nullptr;
  std::string madeBy;
  uint64_t seq = 0;
  long thread = 0;
  /** executions that are queued, and that run right now */
  std::atomic<int> queued{0};
  std::atomic<int> running{0};
  /** gear of the last Set call, for aclmdlGetCurOutputDims; -1 = none */
  std::atomic<int> gear{-1};
};

/** What a description shows; a snapshot that outlives the model. */
struct ModelDesc : Object {
  ModelDesc() : Object(Kind::modelDesc) {}
  std::shared_ptr<const ModelFile> file;
  /** as the application sees them; their names are handed out as pointers */
  std::vector<TensorInfo> inputs;
  /** 0 when read from a file */
  uint32_t modelId = 0;
};

/** Inputs as the application sees them: with AIPP as uint8 NHWC, with the gear input last. */
std::vector<TensorInfo> visibleInputs(const ModelFile &file);
/** Index of the gear with the most elements, -1 without gears. */
int largestGear(const ModelFile &file);
/** Dims of `tensor` in a gear (-1 = the largest). @param index of the input, or of the output when `isOutput` */
std::vector<int64_t> dimsInGear(const ModelFile &file, const TensorInfo &tensor, bool isOutput, size_t index, int gear);
/** Bytes of an input or output in a gear; 0 for a model of unknown shape. */
size_t bytesInGear(const ModelFile &file, const TensorInfo &tensor, bool isOutput, size_t index, int gear);

}  // namespace aclsim
