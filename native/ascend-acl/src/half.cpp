#include "half.hpp"

#include <cstring>

namespace railscope {
namespace {

constexpr uint32_t kFloatInfinity = 0x7F800000;
/** 65520: from here on the nearest half is infinity. */
constexpr uint32_t kHalfOverflow = 0x477FF000;
/** 2^-14, the smallest normal half. */
constexpr uint32_t kHalfNormal = 0x38800000;
/** 2^-25: halfway to the smallest denormal, and below it everything is zero. */
constexpr uint32_t kHalfUnderflow = 0x33000000;
constexpr uint16_t kHalfInfinity = 0x7C00;

/** Floats are moved as integers only: a float register might quiet a signalling NaN. */
uint32_t bitsAt(const float *from) {
  uint32_t bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

void setBits(float *to, uint32_t bits) { std::memcpy(to, &bits, sizeof bits); }

uint16_t nanToHalf(uint32_t magnitude) {
  const uint16_t payload = (magnitude >> 13) & 0x3FF;
  return kHalfInfinity | (payload == 0 ? 0x200 : payload);
}

uint16_t denormalToHalf(uint32_t magnitude) {
  if (magnitude <= kHalfUnderflow) return 0;
  const uint32_t shift = 126 - (magnitude >> 23);
  const uint32_t mantissa = (magnitude & 0x7FFFFF) | 0x800000;
  const uint32_t quotient = mantissa >> shift;
  const uint32_t remainder = mantissa & ((1U << shift) - 1);
  const uint32_t halfway = 1U << (shift - 1);
  return static_cast<uint16_t>(quotient + ((remainder > halfway || (remainder == halfway && (quotient & 1))) ? 1 : 0));
}

uint16_t magnitudeToHalf(uint32_t magnitude) {
  if (magnitude > kFloatInfinity) return nanToHalf(magnitude);
  if (magnitude >= kHalfOverflow) return kHalfInfinity;
  if (magnitude < kHalfNormal) return denormalToHalf(magnitude);
  const uint32_t rebased = magnitude - (112U << 23);
  return static_cast<uint16_t>((rebased + 0xFFF + ((rebased >> 13) & 1)) >> 13);
}

uint32_t halfBitsToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  const uint32_t exponent = (half >> 10) & 0x1F;
  uint32_t mantissa = half & 0x3FF;
  if (exponent == 0x1F) return sign | kFloatInfinity | (mantissa << 13);
  if (exponent != 0) return sign | ((exponent + 112) << 23) | (mantissa << 13);
  if (mantissa == 0) return sign;
  const uint32_t shift = static_cast<uint32_t>(__builtin_clz(mantissa)) - 21;
  return sign | ((113 - shift) << 23) | (((mantissa << shift) & 0x3FF) << 13);
}

}  // namespace

void floatToHalf(const float *from, uint16_t *to, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t bits = bitsAt(from + i);
    to[i] = static_cast<uint16_t>(((bits >> 16) & 0x8000) | magnitudeToHalf(bits & 0x7FFFFFFF));
  }
}

void halfToFloat(const uint16_t *from, float *to, size_t count) {
  for (size_t i = 0; i < count; i++) setBits(to + i, halfBitsToFloat(from[i]));
}

void floatToBfloat(const float *from, uint16_t *to, size_t count) {
  for (size_t i = 0; i < count; i++) {
    const uint32_t bits = bitsAt(from + i);
    const bool isNan = (bits & 0x7FFFFFFF) > kFloatInfinity;
    const uint32_t upper = bits >> 16;
    if (isNan) {
      to[i] = static_cast<uint16_t>((upper & 0x7F) == 0 ? upper | 0x40 : upper);
    } else {
      to[i] = static_cast<uint16_t>((bits + 0x7FFF + (upper & 1)) >> 16);
    }
  }
}

void bfloatToFloat(const uint16_t *from, float *to, size_t count) {
  for (size_t i = 0; i < count; i++) setBits(to + i, static_cast<uint32_t>(from[i]) << 16);
}

}  // namespace railscope
