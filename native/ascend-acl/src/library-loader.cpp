#include "library-loader.hpp"

#include <dlfcn.h>
#include <link.h>

#include <climits>
#include <cstdlib>
#include <initializer_list>

namespace railscope {
namespace {

std::string lastDlError() {
  const char *text = dlerror();
  return text == nullptr ? std::string("unknown reason") : std::string(text);
}

std::string resolvedPath(const std::string &path) {
  char buffer[PATH_MAX];
  return realpath(path.c_str(), buffer) == nullptr ? path : std::string(buffer);
}

std::string pathOf(void *handle, const std::string &fallback) {
  struct link_map *map = nullptr;
  if (dlinfo(handle, RTLD_DI_LINKMAP, &map) != 0 || map == nullptr || map->l_name == nullptr || map->l_name[0] == '\0') return fallback;
  return resolvedPath(map->l_name);
}

void *findSymbol(const std::vector<void *> &handles, const char *name) {
  for (void *handle : handles) {
    void *symbol = dlsym(handle, name);
    if (symbol != nullptr) return symbol;
  }
  return nullptr;
}

struct Resolution {
  AclApi api;
  std::vector<std::string> missingRequired;
  std::vector<std::string> missingOptional;
};

Resolution resolveSymbols(const std::vector<void *> &handles) {
  Resolution found;
#define RAILSCOPE_RESOLVE(missing, name)                                        \
  found.api.name = reinterpret_cast<decltype(found.api.name)>(findSymbol(handles, #name)); \
  if (found.api.name == nullptr) found.missing.emplace_back(#name);
#define RAILSCOPE_REQUIRED(result, name, parameters) RAILSCOPE_RESOLVE(missingRequired, name)
#define RAILSCOPE_OPTIONAL(result, name, parameters) RAILSCOPE_RESOLVE(missingOptional, name)
  ACL_REQUIRED_SYMBOLS(RAILSCOPE_REQUIRED)
  ACL_OPTIONAL_SYMBOLS(RAILSCOPE_OPTIONAL)
#undef RAILSCOPE_OPTIONAL
#undef RAILSCOPE_REQUIRED
#undef RAILSCOPE_RESOLVE
  return found;
}

std::string joined(const std::vector<std::string> &parts) {
  std::string text;
  for (const std::string &part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

/** Opens every path of a candidate; an empty result means that it does not serve, and the report says why. */
std::vector<void *> openCandidate(const LibraryCandidate &candidate, LoadReport &report) {
  std::vector<void *> handles;
  for (const std::string &path : candidate.paths) {
    const std::string resolved = resolvedPath(path);
    if (isStubPath(path) || isStubPath(resolved)) {
      report.attempts.push_back({candidate.origin, path, "stub", resolved});
      return {};
    }
    void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_GLOBAL | (candidate.loadedOnly ? RTLD_NOLOAD : 0));
    if (handle == nullptr) {
      const std::string reason = lastDlError();
      report.attempts.push_back({candidate.origin, path, candidate.loadedOnly ? "not-loaded-yet" : "open-failed", reason});
      return {};
    }
    // a bare name may have been found in a folder of stubs through LD_LIBRARY_PATH
    const std::string opened = pathOf(handle, resolved);
    if (isStubPath(opened)) {
      report.attempts.push_back({candidate.origin, path, "stub", opened});
      return {};
    }
    handles.push_back(handle);
  }
  return handles;
}

}  // namespace

bool isStubPath(const std::string &path) {
  for (const char *folder : {"/devlib/", "/stub/", "/stubs/"}) {
    if (path.find(folder) != std::string::npos) return true;
  }
  return false;
}

LoadReport loadLibrary(const std::vector<LibraryCandidate> &candidates, AclApi &api) {
  LoadReport report;
  setenv("ASCEND_COREDUMP_SIGNAL", "none", 1);
  for (const LibraryCandidate &candidate : candidates) {
    const std::vector<void *> handles = openCandidate(candidate, report);
    if (handles.empty()) continue;
    Resolution found = resolveSymbols(handles);
    std::vector<std::string> opened;
    for (size_t i = 0; i < handles.size(); i++) opened.push_back(pathOf(handles[i], candidate.paths[i]));
    report.missingRequired = found.missingRequired;
    report.missingOptional = found.missingOptional;
    if (!found.missingRequired.empty()) {
      report.attempts.push_back({candidate.origin, joined(opened), "symbols-missing", joined(found.missingRequired)});
      continue;
    }
    report.attempts.push_back({candidate.origin, joined(candidate.paths), "loaded", joined(opened)});
    report.libraries = opened;
    report.loaded = true;
    api = found.api;
    return report;
  }
  return report;
}

}  // namespace railscope
