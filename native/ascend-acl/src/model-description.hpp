/** What a loaded model takes and gives, read once from ACL. */
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "acl-api.hpp"

namespace railscope {

struct TensorDescription {
  std::string name;
  aclDataType dataType;
  aclFormat format;
  /** as ACL says; -1 where the gear decides */
  std::vector<int64_t> dims;
  /** bytes of the largest gear */
  size_t bytes;
};

/** Shapes of one gear; a model without gears has exactly one, with empty `values`. */
struct Gear {
  /** [batch], [height, width] or every dim of every input, as the setter wants them */
  std::vector<int64_t> values;
  std::vector<std::vector<int64_t>> inputDims;
  std::vector<std::vector<int64_t>> outputDims;
};

enum class GearKind { none, batch, imageSize, dims };

struct ModelShape {
  /** in the order of the model's data set, without the gear's own input */
  std::vector<TensorDescription> inputs;
  std::vector<TensorDescription> outputs;
  GearKind gearKind = GearKind::none;
  std::vector<Gear> gears;
  /** place of the input that carries the gear in the data set; meaningless without gears */
  size_t gearInputIndex = 0;
  size_t gearInputBytes = 0;

  bool operator==(const ModelShape &other) const;
};

/** Something in the model that the addon does not serve; the text says what to do at conversion. */
class UnsupportedModel : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/**
 * Reads inputs, outputs and gears; `outputDims` of gears are filled in later, when a data set exists.
 * @throws AclFailure, UnsupportedModel
 */
ModelShape readShape(const AclApi &api, aclmdlDesc *description);

/** Bytes of one element, 0 for types that the addon does not serve. */
size_t elementBytes(aclDataType type);

/** @throws AclFailure */
std::vector<int64_t> currentOutputDims(const AclApi &api, aclmdlDesc *description, size_t index);

}  // namespace railscope
