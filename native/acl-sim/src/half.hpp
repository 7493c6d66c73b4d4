/** Half and bfloat16 conversion, exact, round to nearest even. */
#pragma once

#include <cstdint>

namespace aclsim {

float halfToFloat(uint16_t half);
uint16_t floatToHalf(float value);
float bfloatToFloat(uint16_t value);
uint16_t floatToBfloat(float value);

}  // namespace aclsim
