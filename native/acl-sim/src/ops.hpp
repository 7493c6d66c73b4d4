/** The computations a simulated model can do, on bytes that were already checked. */
#pragma once

#include <vector>

#include "acl_sim_testing.h"
#include "model-file.hpp"

namespace aclsim {

struct Tensor {
  const TensorInfo *info = nullptr;
  std::vector<int64_t> dims;
  std::vector<uint8_t> bytes;
};

double readElement(aclDataType dtype, const uint8_t *bytes, size_t index);
void writeElement(aclDataType dtype, uint8_t *bytes, size_t index, double value);

/** out = (pixel - mean - min) * reciprocal; uint8 NHWC to float32 NCHW. @param image has its dims as NHWC; changed in place */
void applyAipp(const AippInfo &aipp, Tensor &image, const TensorInfo &network);

/** @param outputs have dims and the right number of bytes. @returns an ACL code */
aclError compute(const ModelFile &file, const std::vector<Tensor> &inputs, std::vector<Tensor> &outputs);

/** Registers what computes op "onnx". */
void setBackend(aclsim_backend backend, void *user);

}  // namespace aclsim
