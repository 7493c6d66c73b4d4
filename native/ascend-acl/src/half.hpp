/** Exact conversions between float32 and the 16-bit formats. ACL's own half conversion saturates and is not used. */
#pragma once

#include <cstddef>
#include <cstdint>

namespace railscope {

/** IEEE binary16, round to nearest even; infinities, NaN (payload kept as far as it fits) and denormals as the standard says. */
void floatToHalf(const float *from, uint16_t *to, size_t count);
void halfToFloat(const uint16_t *from, float *to, size_t count);

/** bfloat16, round to nearest even; NaN stays NaN. */
void floatToBfloat(const float *from, uint16_t *to, size_t count);
void bfloatToFloat(const uint16_t *from, float *to, size_t count);

}  // namespace railscope
