/** The simulator's model file: a genuine 256-byte .om header in front of a JSON description. */
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "acl_sim_abi.h"

namespace aclsim {

struct TensorInfo {
  std::string name;
  aclDataType dtype = ACL_FLOAT;
  aclFormat format = ACL_FORMAT_NCHW;
  /** -1 where a gear decides */
  std::vector<int64_t> dims;
};

enum class Op { identity, affine, argmax, threshold, sum, sleep, fault, onnx };
enum class GearKind { none, batch, imageSize, dims };

struct AippInfo {
  bool present = false;
  bool dynamic = false;
  size_t input = 0;
  bool swapRedBlue = false;
  float mean[3] = {0, 0, 0};
  float minimum[3] = {0, 0, 0};
  float reciprocal[3] = {1, 1, 1};
};

struct ModelFile {
  std::string name;
  /** chip the model was converted for; empty = any */
  std::string soc;
  std::vector<TensorInfo> inputs;
  std::vector<TensorInfo> outputs;
  GearKind gearKind = GearKind::none;
  /** values of the -1 dims, in order of inputs and dims; for batch one value, for imageSize height and width */
  std::vector<std::vector<int64_t>> gears;
  AippInfo aipp;
  bool unknownShape = false;
  Op op = Op::identity;
  double scale = 1;
  double bias = 0;
  double threshold = 0.5;
  double sleepMs = 0;
  aclError faultCode = 507015;
  /** absolute path of the ONNX file */
  std::string onnxPath;
  size_t workBytes = 0;
  size_t weightBytes = 0;
  double baseUs = 0;
  double itemUs = 0;
};

/** @param path where relative ONNX paths start. @param model receives the content. @returns 0 or an ACL code, explained */
aclError parseModel(const void *bytes, size_t size, const std::string &path, std::shared_ptr<ModelFile> &model);
aclError readModel(const char *path, std::shared_ptr<ModelFile> &model);

/** bytes of one element; 0 for what the simulator cannot compute with */
size_t elementBytes(aclDataType dtype);
/** @param dims without -1 */
size_t tensorBytes(aclDataType dtype, const std::vector<int64_t> &dims);

}  // namespace aclsim
