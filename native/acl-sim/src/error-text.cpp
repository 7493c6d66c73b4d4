#include "error-text.hpp"

#include <cstdio>
#include <ctime>
#include <sys/time.h>
#include <unistd.h>

#include "error-meanings.inc"

namespace aclsim {

namespace {

/** The letter code in front of the text, by the kind of failure. */
const char *letterCode(aclError code) {
  switch (code) {
    case 145000: return "E13025";
    case 107002: case 107003: case 107004: return "EE1017";
    case 107019: case 507046: case 507047: return "EE1002";
    case 207004: case 207007: case 207008: case 207018: return "EE1023";
    default: break;
  }
  if (code < 200000) return "EE1001";
  if (code >= 507000) return "EZ9999";
  return "EE9999";
}

}  // namespace

std::string errorText(aclError code, const char *call, const std::string &detail) {
  timeval now{};
  gettimeofday(&now, nullptr);
  tm parts{};
  localtime_r(&now.tv_sec, &parts);
  char head[96];
  std::snprintf(head, sizeof head, "%s: [PID: %d] %04d-%02d-%02d-%02d:%02d:%02d.%06ld ", letterCode(code), static_cast<int>(getpid()),
                parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<long>(now.tv_usec));
  const std::string reason = detail.empty() ? std::string(errorMeaning(code)) + "." : detail;
  return std::string(head) + call + " failed, return code is " + std::to_string(code) + ". Reason: " + reason +
         "\n        TraceBack (most recent call last):\n        [simulated] " + call + " -> " + std::to_string(code) + "\n";
}

}  // namespace aclsim
