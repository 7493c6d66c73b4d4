/** A JSON object under construction, for one line of the trace or the report. */
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace aclsim {

/** Appends `text` to `out` as a JSON string with quotes. */
void appendJsonString(std::string &out, std::string_view text);

class Fields {
 public:
  /** @param on false makes every call a no-op, for callers that would throw the result away */
  explicit Fields(bool on = true) : on_(on) {}

  Fields &add(std::string_view key, std::string_view value);
  Fields &add(std::string_view key, const char *value) { return value ? add(key, std::string_view(value)) : raw(key, "null"); }
  Fields &add(std::string_view key, double value);
  Fields &add(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }
  /** Addresses and handles, as hexadecimal text. */
  Fields &add(std::string_view key, const void *value);
  template <typename T, std::enable_if_t<(std::is_integral_v<T> && !std::is_same_v<T, bool>) || std::is_enum_v<T>, int> = 0>
  Fields &add(std::string_view key, T value) {
    return on_ ? raw(key, std::to_string(static_cast<long long>(value))) : *this;
  }
  /** @param json ready JSON */
  Fields &raw(std::string_view key, std::string_view json);

  bool on() const { return on_; }
  std::string json() const { return "{" + body_ + "}"; }

 private:
  bool on_;
  std::string body_;
};

}  // namespace aclsim
