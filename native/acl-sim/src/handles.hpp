/**
 * The handle table. A handle is no address: it holds a magic number, a generation and an index, above what a process
 * can map, so that following it faults and a stale, foreign or invented one is told from a live one.
 */
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "objects.hpp"

namespace aclsim {

class Ledger;

class HandleTable {
 public:
  explicit HandleTable(Ledger &ledger) : ledger_(ledger) {}

  /** @returns the handle, also stored in the object */
  void *add(std::shared_ptr<Object> object);
  /** @returns the object, or null after recording a violation */
  std::shared_ptr<Object> find(const void *handle, Kind kind);
  template <typename T>
  std::shared_ptr<T> get(const void *handle, Kind kind) {
    return std::static_pointer_cast<T>(find(handle, kind));
  }
  /** Takes the object out; a second time is a double free. @returns null after recording a violation */
  std::shared_ptr<Object> remove(const void *handle, Kind kind);
  /** Takes out an object that the library itself releases. */
  void drop(const std::shared_ptr<Object> &object);
  std::vector<std::shared_ptr<Object>> live(const std::function<bool(const Object &)> &wanted) const;
  size_t count(Kind kind) const;

 private:
  struct Slot {
    uint32_t generation = 0;
    std::shared_ptr<Object> object;
    /** of the last object, for messages */
    Kind kind = Kind::context;
    std::string releasedBy;
  };
  /** Needs lock_. @returns null and says why in `fault` and `message` */
  Slot *resolve(const void *handle, Kind kind, bool releasing, const char *&fault, std::string &message);

  Ledger &ledger_;
  mutable std::mutex lock_;
  std::vector<Slot> slots_;
  std::vector<uint32_t> free_;
  std::vector<size_t> counts_ = std::vector<size_t>(16, 0);
};

}  // namespace aclsim
