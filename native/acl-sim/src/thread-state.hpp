/** What AscendCL keeps per thread: the current context, the last error and its text. */
#pragma once

#include <memory>
#include <string>

#include "acl_sim_abi.h"
#include "faults.hpp"

namespace aclsim {

struct Context;

struct ThreadState {
  std::shared_ptr<Context> context;
  /** text of the last failure, until it is read */
  std::string pendingText;
  /** what the last read returned a pointer to */
  std::string readText;
  /** sentence of the failing call for pendingText; empty = the general one of its code */
  std::string detail;
  aclError lastError = 0;
  /** function being executed, for violations */
  const char *call = "";
  uint64_t callSeq = 0;
  /** a `later` fault that the asynchronous call puts on its task */
  Fault taskFault;
};

ThreadState &threadState();
std::string currentCall();

/** The sentence that explains the failure the current call is about to return. */
void explain(std::string text);

}  // namespace aclsim
