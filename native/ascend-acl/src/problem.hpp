/** Why an operation failed, in the form that crosses to JavaScript; `binding.ts` names the kinds. */
#pragma once

#include <string>

#include "acl-api.hpp"

namespace railscope {

struct Problem {
  /** acl | unsupported-model | host-memory | timeout | dropped | closed | busy | model-changed | internal */
  std::string kind;
  /** ACL's code, 0 for other kinds */
  int code = 0;
  /** name of the call that failed, empty for other kinds */
  std::string symbol;
  std::string detail;
};

/** The problem of the exception that is being handled; call inside `catch`. */
Problem currentProblem();

}  // namespace railscope
