#include "acl-api.hpp"

namespace railscope {

std::string recentMessage(const AclApi &api) {
  if (api.aclGetRecentErrMsg == nullptr) return {};
  const char *text = api.aclGetRecentErrMsg();
  return text == nullptr ? std::string() : std::string(text);
}

void check(const AclApi &api, aclError code, const char *symbol) {
  if (code != ACL_SUCCESS) throw AclFailure(code, symbol, recentMessage(api));
}

}  // namespace railscope
