/**
 * Device and pinned host memory. Each block lies between guard pages, its end as close to the rear guard as its
 * alignment allows, and the padding holds a canary. In EP mode the application's addresses of device memory are
 * reserved without access and the bytes live elsewhere, so that following a device pointer on the host faults.
 */
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "acl_sim_abi.h"
#include "access-log.hpp"
#include "ledger.hpp"

namespace aclsim {

struct Config;

enum class Space { device, pinned, registered };

/** A range of address space, given back when nobody refers to it any more. */
struct Mapping {
  explicit Mapping(size_t bytes);
  ~Mapping();
  Mapping(const Mapping &) = delete;
  Mapping &operator=(const Mapping &) = delete;
  /** null when the system refused */
  void *start = nullptr;
  const size_t bytes;
};

struct Block {
  Space space = Space::device;
  /** -1 for host memory */
  int deviceId = -1;
  uintptr_t address = 0;
  /** as asked for */
  size_t bytes = 0;
  /** as accounted: ALIGN_UP(bytes, 32) + 32 for device memory */
  size_t reservedBytes = 0;
  /** where the bytes are for the simulator */
  uint8_t *data = nullptr;
  std::string madeBy;
  uint64_t seq = 0;
  long thread = 0;
  /** what the application sees, and where the bytes are; the same but for device memory in EP mode */
  std::shared_ptr<Mapping> visible;
  std::shared_ptr<Mapping> backing;
  /** who touched it last, to find unordered accesses */
  AccessLog accesses;

  bool contains(uintptr_t from, size_t count) const { return from >= address && count <= bytes && from - address <= bytes - count; }
};

/** Memory found for an access; keeps the block's bytes mapped while it lives. */
struct Span {
  uint8_t *data = nullptr;
  std::shared_ptr<Block> block;
  explicit operator bool() const { return data != nullptr; }
};

class Memory {
 public:
  Memory(const Config &config, Ledger &ledger) : config_(config), ledger_(ledger) {}

  /** @returns 0, or 207018 when the device is full */
  aclError allocateDevice(int deviceId, size_t bytes, void **out);
  aclError allocatePinned(size_t bytes, void **out);
  aclError registerHost(void *address, size_t bytes);
  /** @returns 0, or 107000 after recording a violation */
  aclError release(void *address, Space space);
  /** What a model takes for itself. @returns 0 or 207018 */
  aclError charge(int deviceId, size_t bytes);
  void refund(int deviceId, size_t bytes);

  /** Device memory [address, address + count). Records a violation and returns an empty span when there is no such block. */
  Span device(const void *address, size_t count, int deviceId);
  /** Host memory: pinned blocks are bounds-checked, unknown addresses are taken as pageable. Empty when it is device memory. */
  Span host(const void *address, size_t count);
  bool isDevice(const void *address);
  /** @returns whether the range lies in pinned or registered memory */
  bool isPinned(const void *address, size_t count);

  uint64_t usedBytes(int deviceId) const;
  uint64_t peakBytes(int deviceId) const;
  std::vector<Leak> live(const std::vector<int> &onlyDevices) const;
  std::vector<Leak> liveHost() const;
  /** Releases what a reset device held. */
  void releaseDevice(int deviceId);

 private:
  struct Usage {
    uint64_t used = 0;
    uint64_t peak = 0;
  };
  std::shared_ptr<Block> map(Space space, size_t bytes, size_t reservedBytes, bool accessible);
  std::shared_ptr<Block> blockAt(uintptr_t address);
  void checkCanary(const Block &block);
  void retire(std::shared_ptr<Block> block);

  const Config &config_;
  Ledger &ledger_;
  mutable std::mutex lock_;
  std::map<uintptr_t, std::shared_ptr<Block>> blocks_;
  /** Address ranges of freed blocks, kept without access, so that a late use faults or is recognised. */
  struct Freed {
    uintptr_t address;
    size_t bytes;
    std::shared_ptr<Mapping> visible;
    /** only when a task was still using it */
    std::shared_ptr<Block> inUse;
  };
  std::deque<Freed> quarantine_;
  std::map<int, Usage> usage_;
};

}  // namespace aclsim
