/** Loads the ACL library at run time. It is never unloaded: its threads and handlers outlive any dlclose. */
#pragma once

#include <string>
#include <vector>

#include "acl-api.hpp"

namespace railscope {

/** Where the library might be. Several paths are one library that the vendor split. */
struct LibraryCandidate {
  /** who named it (option, environment variable, default folder …); for the report only */
  std::string origin;
  std::vector<std::string> paths;
  /** take it only when the process has it already */
  bool loadedOnly = false;
};

struct LoadAttempt {
  std::string origin;
  std::string path;
  /** loaded | not-loaded-yet | stub | open-failed | symbols-missing */
  std::string outcome;
  /** dlerror, resolved path or missing symbols */
  std::string detail;
};

struct LoadReport {
  bool loaded = false;
  /** resolved paths of what was opened */
  std::vector<std::string> libraries;
  std::vector<LoadAttempt> attempts;
  std::vector<std::string> missingRequired;
  std::vector<std::string> missingOptional;
};

/**
 * Tries the candidates in turn and fills `api` from the first that has every required symbol.
 * Sets ASCEND_COREDUMP_SIGNAL=none first: on load the library would replace signal handlers that V8 needs.
 */
LoadReport loadLibrary(const std::vector<LibraryCandidate> &candidates, AclApi &api);

/** Whether a path leads into a folder of link-time stubs, which must never be loaded. */
bool isStubPath(const std::string &path);

}  // namespace railscope
