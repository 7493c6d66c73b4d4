/** The functions of the loaded ACL library as a table, and how their failures travel. */
#pragma once

#include <stdexcept>
#include <string>

#include "acl-abi.hpp"

namespace railscope {

/** Entry points of the library; optional ones may be null. Filled once, before any use, and never changed. */
struct AclApi {
#define RAILSCOPE_MEMBER(result, name, parameters) result(*name) parameters = nullptr;
  ACL_REQUIRED_SYMBOLS(RAILSCOPE_MEMBER)
  ACL_OPTIONAL_SYMBOLS(RAILSCOPE_MEMBER)
#undef RAILSCOPE_MEMBER
};

/** What a constructor of ACL (NULL instead of a code) is reported as: ACL_ERROR_BAD_ALLOC. */
constexpr aclError kNullHandle = 200000;

/** A call of ACL that failed: its code, its name and the library's own words, read on the failing thread. */
class AclFailure : public std::runtime_error {
 public:
  AclFailure(aclError code, std::string symbol, std::string detail)
      : std::runtime_error(symbol + " returned " + std::to_string(code)), code(code), symbol(std::move(symbol)), detail(std::move(detail)) {}

  aclError code;
  std::string symbol;
  std::string detail;
};

/** The library's text about the last failure of this thread; reading clears it. */
std::string recentMessage(const AclApi &api);

/** @throws AclFailure unless `code` is success */
void check(const AclApi &api, aclError code, const char *symbol);

/** @throws AclFailure when a constructor returned NULL */
template <typename T>
T *checkHandle(const AclApi &api, T *handle, const char *symbol) {
  if (handle == nullptr) throw AclFailure(kNullHandle, symbol, recentMessage(api));
  return handle;
}

/** Calls `name` of `api` and throws on failure. */
#define ACL_CALL(api, name, ...) ::railscope::check((api), (api).name(__VA_ARGS__), #name)

}  // namespace railscope
