#include "handles.hpp"

#include <cstdio>

#include "ledger.hpp"
#include "thread-state.hpp"

namespace aclsim {

namespace {

constexpr uint64_t magic = 0xAC51;
constexpr uint64_t generationMask = 0xFFFFFF;
constexpr uint64_t indexMask = 0xFFFFF;
/** Slots wait this long before they are used again, so that a stale handle stays recognisable by its generation. */
constexpr size_t quarantinedSlots = 256;

void *encode(uint32_t index, uint32_t generation) {
  return reinterpret_cast<void *>(magic << 48 | (generation & generationMask) << 24 | (index & indexMask) << 4);
}

std::string hex(const void *handle) {
  char text[24];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(reinterpret_cast<uintptr_t>(handle)));
  return text;
}

}  // namespace

void *HandleTable::add(std::shared_ptr<Object> object) {
  const std::lock_guard<std::mutex> guard(lock_);
  uint32_t index;
  if (free_.size() > quarantinedSlots) {
    index = free_.front();
    free_.erase(free_.begin());
  } else {
    index = static_cast<uint32_t>(slots_.size());
    slots_.emplace_back();
  }
  Slot &slot = slots_[index];
  ++slot.generation;
  slot.kind = object->kind;
  ++counts_[static_cast<size_t>(object->kind)];
  object->handle = encode(index, slot.generation);
  slot.object = std::move(object);
  return slot.object->handle;
}

HandleTable::Slot *HandleTable::resolve(const void *handle, Kind kind, bool releasing, const char *&fault, std::string &message) {
  const auto bits = reinterpret_cast<uint64_t>(handle);
  const uint64_t index = bits >> 4 & indexMask;
  const bool ours = bits >> 48 == magic && index < slots_.size();
  if (!ours) {
    fault = misuse::badHandle;
    message = hex(handle) + " is no handle of this library";
    return nullptr;
  }
  Slot &slot = slots_[index];
  const bool alive = slot.object && (bits >> 24 & generationMask) == (slot.generation & generationMask);
  if (!alive) {
    fault = releasing ? misuse::doubleFree : misuse::useAfterFree;
    message = std::string(kindName(kind)) + " " + hex(handle) + " was released" +
              (slot.releasedBy.empty() ? std::string() : " by " + slot.releasedBy);
    return nullptr;
  }
  if (slot.kind != kind) {
    fault = misuse::badHandle;
    message = hex(handle) + " is a " + kindName(slot.kind) + ", not a " + kindName(kind);
    return nullptr;
  }
  return &slot;
}

std::shared_ptr<Object> HandleTable::find(const void *handle, Kind kind) {
  const char *fault = nullptr;
  std::string message;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    if (Slot *slot = resolve(handle, kind, false, fault, message)) return slot->object;
  }
  ledger_.violation(fault, message);
  explain(message);
  return nullptr;
}

std::shared_ptr<Object> HandleTable::remove(const void *handle, Kind kind) {
  const char *fault = nullptr;
  std::string message;
  {
    const std::lock_guard<std::mutex> guard(lock_);
    if (Slot *slot = resolve(handle, kind, true, fault, message)) {
      std::shared_ptr<Object> object = std::move(slot->object);
      slot->object = nullptr;
      slot->releasedBy = currentCall();
      free_.push_back(static_cast<uint32_t>(reinterpret_cast<uint64_t>(handle) >> 4 & indexMask));
      --counts_[static_cast<size_t>(kind)];
      return object;
    }
  }
  ledger_.violation(fault, message);
  explain(message);
  return nullptr;
}

void HandleTable::drop(const std::shared_ptr<Object> &object) {
  const std::lock_guard<std::mutex> guard(lock_);
  const uint64_t index = reinterpret_cast<uint64_t>(object->handle) >> 4 & indexMask;
  if (index >= slots_.size() || slots_[index].object != object) return;
  slots_[index].object = nullptr;
  slots_[index].releasedBy = currentCall();
  free_.push_back(static_cast<uint32_t>(index));
  --counts_[static_cast<size_t>(object->kind)];
}

std::vector<std::shared_ptr<Object>> HandleTable::live(const std::function<bool(const Object &)> &wanted) const {
  const std::lock_guard<std::mutex> guard(lock_);
  std::vector<std::shared_ptr<Object>> found;
  for (const Slot &slot : slots_) {
    if (slot.object && wanted(*slot.object)) found.push_back(slot.object);
  }
  return found;
}

size_t HandleTable::count(Kind kind) const {
  const std::lock_guard<std::mutex> guard(lock_);
  return counts_[static_cast<size_t>(kind)];
}

}  // namespace aclsim
