/** The text that aclGetRecentErrMsg gives after a failure. */
#pragma once

#include <string>

#include "acl_sim_abi.h"

namespace aclsim {

/** @param detail a sentence about this failure, or empty for the general meaning of `code` */
std::string errorText(aclError code, const char *call, const std::string &detail);

}  // namespace aclsim
