#include "half.hpp"

#include <cmath>
#include <cstring>

namespace aclsim {

namespace {

uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace

float halfToFloat(uint16_t half) {
  const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
  const int exponent = half >> 10 & 0x1F;
  const int mantissa = half & 0x3FF;
  if (exponent == 0x1F) return mantissa == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
}

uint16_t floatToHalf(float value) {
  const auto sign = static_cast<uint16_t>(bitsOf(value) >> 16 & 0x8000);
  if (std::isnan(value)) return static_cast<uint16_t>(sign | 0x7E00);
  const float magnitude = std::fabs(value);
  // half way between the largest half and the next power of two rounds to infinity
  if (magnitude >= 65520.0F) return static_cast<uint16_t>(sign | 0x7C00);
  int exponent = 0;
  if (magnitude > 0) std::frexp(magnitude, &exponent);
  // unit of the last place: 2^-24 for subnormals, else eleven significant bits
  const int unit = exponent - 11 < -24 || magnitude == 0 ? -24 : exponent - 11;
  const auto steps = static_cast<uint32_t>(std::nearbyint(std::ldexp(magnitude, -unit)));
  // steps has the implicit bit of a normal number, which carries into the exponent field by itself
  const uint32_t bits = steps + (static_cast<uint32_t>(unit + 24) << 10);
  return static_cast<uint16_t>(sign | bits);
}

float bfloatToFloat(uint16_t value) { return floatOf(static_cast<uint32_t>(value) << 16); }

uint16_t floatToBfloat(float value) {
  const uint32_t bits = bitsOf(value);
  if (std::isnan(value)) return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

}  // namespace aclsim
