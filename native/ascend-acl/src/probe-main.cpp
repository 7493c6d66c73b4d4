/**
 * Looks what the ACL library and its devices are, in a process that may crash or hang for it.
 *
 *   ascend-probe ORIGIN COUNT PATH… [ORIGIN COUNT PATH…]…
 *
 * Writes one JSON object a line as it gets on: `load`, then `init`, then `devices`, then one `device` each, then `end`.
 * A caller that kills it knows from the last line where it hung.
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <sstream>

#include "library-loader.hpp"

using namespace railscope;

namespace {

std::string quoted(const std::string &text) {
  std::string json = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      json += escape;
    } else {
      json += c;
    }
  }
  return json + "\"";
}

std::string quotedList(const std::vector<std::string> &texts) {
  std::string json = "[";
  for (const std::string &text : texts) json += (json.size() > 1 ? "," : "") + quoted(text);
  return json + "]";
}

void say(const std::string &line) { std::cout << line << std::endl; }

std::string failureOf(const AclFailure &failure) {
  return "\"code\":" + std::to_string(failure.code) + ",\"symbol\":" + quoted(failure.symbol) + ",\"detail\":" + quoted(failure.detail);
}

void sayLoad(const LoadReport &report) {
  std::ostringstream line;
  line << "{\"step\":\"load\",\"loaded\":" << (report.loaded ? "true" : "false") << ",\"libraries\":" << quotedList(report.libraries)
       << ",\"missingRequired\":" << quotedList(report.missingRequired) << ",\"missingOptional\":" << quotedList(report.missingOptional)
       << ",\"attempts\":[";
  bool first = true;
  for (const LoadAttempt &attempt : report.attempts) {
    line << (first ? "" : ",") << "{\"origin\":" << quoted(attempt.origin) << ",\"path\":" << quoted(attempt.path)
         << ",\"outcome\":" << quoted(attempt.outcome) << ",\"detail\":" << quoted(attempt.detail) << "}";
    first = false;
  }
  line << "]}";
  say(line.str());
}

std::string versionOf(const AclApi &api) {
  if (api.aclsysGetCANNVersion != nullptr) {
    aclCANNPackageVersion version;
    std::memset(&version, 0, sizeof version);
    if (api.aclsysGetCANNVersion(ACL_PKG_NAME_CANN, &version) == ACL_SUCCESS) return std::string(version.version, strnlen(version.version, 128));
    recentMessage(api);
  }
  return {};
}

std::string aclVersionOf(const AclApi &api) {
  int32_t major = 0, minor = 0, patch = 0;
  if (api.aclrtGetVersion == nullptr || api.aclrtGetVersion(&major, &minor, &patch) != ACL_SUCCESS) return {};
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

void sayDevice(const AclApi &api, int32_t deviceId) {
  try {
    ACL_CALL(api, aclrtSetDevice, deviceId);
  } catch (const AclFailure &failure) {
    say("{\"step\":\"device\",\"deviceId\":" + std::to_string(deviceId) + "," + failureOf(failure) + "}");
    return;
  }
  try {
    const char *name = api.aclrtGetSocName == nullptr ? nullptr : api.aclrtGetSocName();
    aclrtRunMode mode = ACL_HOST;
    ACL_CALL(api, aclrtGetRunMode, &mode);
    size_t free = 0, total = 0;
    ACL_CALL(api, aclrtGetMemInfo, ACL_HBM_MEM, &free, &total);
    if (total == 0) ACL_CALL(api, aclrtGetMemInfo, ACL_DDR_MEM, &free, &total);
    say("{\"step\":\"device\",\"deviceId\":" + std::to_string(deviceId) + ",\"socName\":" + quoted(name == nullptr ? "" : name) +
        ",\"freeBytes\":" + std::to_string(free) + ",\"totalBytes\":" + std::to_string(total) +
        ",\"sharedMemory\":" + (mode == ACL_DEVICE ? "true" : "false") + "}");
  } catch (const AclFailure &failure) {
    say("{\"step\":\"device\",\"deviceId\":" + std::to_string(deviceId) + "," + failureOf(failure) + "}");
  }
  api.aclrtResetDevice(deviceId);
}

void sayDevices(const AclApi &api) {
  try {
    ACL_CALL(api, aclInit, nullptr);
    say("{\"step\":\"init\",\"cannVersion\":" + quoted(versionOf(api)) + ",\"aclVersion\":" + quoted(aclVersionOf(api)) + "}");
  } catch (const AclFailure &failure) {
    say("{\"step\":\"init\"," + failureOf(failure) + "}");
    return;
  }
  try {
    uint32_t count = 0;
    ACL_CALL(api, aclrtGetDeviceCount, &count);
    say("{\"step\":\"devices\",\"count\":" + std::to_string(count) + "}");
    for (uint32_t deviceId = 0; deviceId < count; deviceId++) sayDevice(api, static_cast<int32_t>(deviceId));
  } catch (const AclFailure &failure) {
    say("{\"step\":\"devices\"," + failureOf(failure) + "}");
  }
  api.aclFinalize();
}

std::vector<LibraryCandidate> candidatesOf(int count, char **arguments) {
  std::vector<LibraryCandidate> candidates;
  for (int at = 1; at + 1 < count;) {
    LibraryCandidate candidate;
    candidate.origin = arguments[at++];
    for (int paths = std::atoi(arguments[at++]); paths > 0 && at < count; paths--) candidate.paths.emplace_back(arguments[at++]);
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

}  // namespace

int main(int count, char **arguments) {
  AclApi api;
  const LoadReport report = loadLibrary(candidatesOf(count, arguments), api);
  sayLoad(report);
  if (report.loaded) sayDevices(api);
  say("{\"step\":\"end\"}");
  return 0;
}
