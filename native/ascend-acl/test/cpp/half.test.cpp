#include "half.hpp"

#include <cmath>
#include <cstring>
#include <limits>

#include "testing.hpp"

namespace {

float fromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

uint16_t half(float value) {
  uint16_t bits = 0;
  railscope::floatToHalf(&value, &bits, 1);
  return bits;
}

uint16_t bfloat(float value) {
  uint16_t bits = 0;
  railscope::floatToBfloat(&value, &bits, 1);
  return bits;
}

float asFloat(uint16_t bits) {
  float value = 0;
  railscope::halfToFloat(&bits, &value, 1);
  return value;
}

/** The value of a finite half by its definition, in double. */
double definition(uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1F;
  const int mantissa = bits & 0x3FF;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

}  // namespace

TEST("every half survives the way to float and back", [] {
  for (uint32_t bits = 0; bits <= 0xFFFF; bits++) {
    const auto from = static_cast<uint16_t>(bits);
    float wide = 0;
    uint16_t back = 0;
    railscope::halfToFloat(&from, &wide, 1);
    railscope::floatToHalf(&wide, &back, 1);
    EXPECT(back == from);
  }
});

TEST("finite halves have the value of their definition", [] {
  for (uint32_t bits = 0; bits <= 0xFFFF; bits++) {
    if (((bits >> 10) & 0x1F) == 0x1F) continue;
    EXPECT(static_cast<double>(asFloat(static_cast<uint16_t>(bits))) == definition(static_cast<uint16_t>(bits)));
  }
});

TEST("floats round to the nearest half, ties to even", [] {
  for (uint32_t low = 0; low < 0x7BFF; low++) {
    const double below = definition(static_cast<uint16_t>(low));
    const double above = definition(static_cast<uint16_t>(low + 1));
    const auto middle = static_cast<float>((below + above) / 2);
    EXPECT(half(middle) == ((low & 1) != 0 ? low + 1 : low));
    EXPECT(half(std::nextafter(middle, 0.0F)) == low);
    EXPECT(half(std::nextafter(middle, 1e9F)) == low + 1);
    EXPECT(half(-middle) == (half(middle) | 0x8000));
  }
});

TEST("the edges of half", [] {
  EXPECT(half(65504.0F) == 0x7BFF);
  EXPECT(half(std::nextafter(65520.0F, 0.0F)) == 0x7BFF);
  EXPECT(half(65520.0F) == 0x7C00);
  EXPECT(half(std::numeric_limits<float>::infinity()) == 0x7C00);
  EXPECT(half(-std::numeric_limits<float>::infinity()) == 0xFC00);
  EXPECT(half(0.0F) == 0 && half(-0.0F) == 0x8000);
  EXPECT(half(std::numeric_limits<float>::denorm_min()) == 0);
  EXPECT(std::isinf(asFloat(0x7C00)) && std::isnan(asFloat(0x7E00)));
  EXPECT((half(fromBits(0x7F800001)) & 0x7FFF) > 0x7C00);
  EXPECT((half(fromBits(0xFFC00000)) & 0x7FFF) > 0x7C00);
});

TEST("bfloat rounds to nearest even and keeps NaN", [] {
  for (uint32_t bits = 0; bits <= 0xFFFF; bits++) {
    const auto from = static_cast<uint16_t>(bits);
    float wide = 0;
    uint16_t back = 0;
    railscope::bfloatToFloat(&from, &wide, 1);
    railscope::floatToBfloat(&wide, &back, 1);
    EXPECT(back == from);
  }
  EXPECT(bfloat(fromBits(0x3F808000)) == 0x3F80);
  EXPECT(bfloat(fromBits(0x3F818000)) == 0x3F82);
  EXPECT(bfloat(fromBits(0x3F808001)) == 0x3F81);
  EXPECT(bfloat(std::numeric_limits<float>::max()) == 0x7F80);
  EXPECT(std::isnan(fromBits(static_cast<uint32_t>(bfloat(fromBits(0x7F800001))) << 16)));
});
