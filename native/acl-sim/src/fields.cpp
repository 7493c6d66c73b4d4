#include "fields.hpp"

#include <cmath>
#include <cstdio>

namespace aclsim {

void appendJsonString(std::string &out, std::string_view text) {
  out += '"';
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += character;
    } else if (byte < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", byte);
      out += escape;
    } else {
      out += character;
    }
  }
  out += '"';
}

Fields &Fields::raw(std::string_view key, std::string_view json) {
  if (!on_) return *this;
  if (!body_.empty()) body_ += ',';
  appendJsonString(body_, key);
  body_ += ':';
  body_ += json;
  return *this;
}

Fields &Fields::add(std::string_view key, std::string_view value) {
  if (!on_) return *this;
  std::string text;
  appendJsonString(text, value);
  return raw(key, text);
}

Fields &Fields::add(std::string_view key, double value) {
  if (!on_) return *this;
  if (!std::isfinite(value)) return raw(key, "null");
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return raw(key, text);
}

Fields &Fields::add(std::string_view key, const void *value) {
  if (!on_) return *this;
  char text[24];
  std::snprintf(text, sizeof text, "\"%#llx\"", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(value)));
  return raw(key, value ? text : "null");
}

}  // namespace aclsim
