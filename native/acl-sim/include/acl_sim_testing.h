/** Test-only functions of the simulator, besides the AscendCL interface. No product code uses them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern "C" {

/** One tensor of an execution. `data` lies in ordinary memory and is valid during the callback. */
typedef struct aclsim_tensor {
  const char *name;
  /** aclDataType; half-precision tensors arrive and are expected as float32 */
  int32_t dataType;
  size_t dimCount;
  const int64_t *dims;
  void *data;
  size_t bytes;
} aclsim_tensor;

/**
 * Computes an ONNX model. Called on a stream's thread, for one execution at a time per device.
 * @param outputs dims and bytes are given; the callback fills `data`
 * @returns 0, or the ACL code with which the execution fails
 */
typedef int (*aclsim_backend)(void *user, const char *onnxPath, const aclsim_tensor *inputs, size_t inputCount,
                              const aclsim_tensor *outputs, size_t outputCount);

__attribute__((visibility("default"))) void aclsim_register_backend(aclsim_backend backend, void *user);
/** Replaces the rules of ACLSIM_FAIL and restarts their counters; NULL or "" = none. */
__attribute__((visibility("default"))) void aclsim_set_faults(const char *rules);
/** The report of leaks and violations as of now (JSON). Valid until this thread's next call. */
__attribute__((visibility("default"))) const char *aclsim_report(void);
/** Signal handlers that the library's constructor replaced; always 0 but in the variant "signals". */
__attribute__((visibility("default"))) int aclsim_signal_handlers(void);
}
