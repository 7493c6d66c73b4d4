/** Everything that a handle of the library can stand for. */
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "acl_sim_abi.h"

namespace aclsim {

enum class Kind : uint8_t { context = 1, stream, event, dataBuffer, dataset, tensorDesc, modelDesc, aipp, loadConfig, execConfig, profConfig };
const char *kindName(Kind kind);

struct Context;

struct Object {
  explicit Object(Kind kind);
  virtual ~Object() = default;
  Object(const Object &) = delete;
  Object &operator=(const Object &) = delete;

  const Kind kind;
  /** the call that made it */
  const std::string madeBy;
  const uint64_t seq;
  const long thread;
  void *handle = nullptr;
  /** contexts own streams, events and models; null for plain host objects */
  std::shared_ptr<Context> owner;
};

class Stream;

struct Context : Object {
  Context(int deviceId, bool primary) : Object(Kind::context), deviceId(deviceId), primary(primary) {}
  const int deviceId;
  /** made by aclrtSetDevice, goes with the device */
  const bool primary;
  std::atomic<bool> destroyed{false};
  /** runs what names no stream; made when first needed, never visible as a handle */
  std::shared_ptr<Stream> defaultStream;
};

struct DataBuffer : Object {
  DataBuffer(void *data, size_t bytes) : Object(Kind::dataBuffer), data(data), bytes(bytes) {}
  void *data;
  size_t bytes;
};

struct TensorDesc : Object {
  TensorDesc(aclDataType dtype, std::vector<int64_t> dims, aclFormat format)
      : Object(Kind::tensorDesc), dtype(dtype), dims(std::move(dims)), format(format) {}
  aclDataType dtype;
  std::vector<int64_t> dims;
  aclFormat format;
};

struct Dataset : Object {
  Dataset() : Object(Kind::dataset) {}
  /** handles, as the application gave them: they may be destroyed before the dataset */
  std::vector<aclDataBuffer *> buffers;
  std::vector<aclTensorDesc *> descs;
  /** index into the model's gears that the last Set call chose, -1 = none */
  int gear = -1;
  uint32_t gearModel = 0;
  /** dynamic AIPP by input index */
  std::vector<std::pair<size_t, std::shared_ptr<Object>>> aipp;
};

struct LoadConfig : Object {
  LoadConfig() : Object(Kind::loadConfig) {}
  size_t loadType = 0;
  std::string path;
  const void *model = nullptr;
  size_t modelBytes = 0;
  void *weight = nullptr;
  size_t weightBytes = 0;
  void *work = nullptr;
  size_t workBytes = 0;
};

struct ExecConfig : Object {
  ExecConfig() : Object(Kind::execConfig) {}
  int32_t streamTimeoutMs = -1;
};

struct ProfConfig : Object {
  ProfConfig() : Object(Kind::profConfig) {}
};

}  // namespace aclsim
