/** Model execution: what is checked when it is asked for, and the work itself. */
#pragma once

#include "model.hpp"
#include "runtime.hpp"

namespace aclsim {

/** Dynamic AIPP parameters of one input. */
struct AippParameters : Object {
  AippParameters() : Object(Kind::aipp) {}
  AippInfo info;
};

/** An execution as it was asked for; the datasets may change afterwards. */
struct Execution {
  struct Port {
    void *address = nullptr;
    /** as the data buffer says */
    size_t bytes = 0;
  };
  std::shared_ptr<LoadedModel> model;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  /** -1 = no Set call: the largest runs */
  int gear = -1;
  AippInfo aipp;
};

/** @returns 0, or 145000 and others with an explanation */
aclError prepareExecution(uint32_t modelId, const aclmdlDataset *input, const aclmdlDataset *output, Execution &execution);
aclError runExecution(const Execution &execution, Stream &stream);

}  // namespace aclsim
