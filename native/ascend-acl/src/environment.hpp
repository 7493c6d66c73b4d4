/** What one Node environment (main thread or worker_thread) keeps: its promises, its models and its way back from native threads. */
#pragma once

#include <napi.h>

#include <set>
#include <unordered_map>

#include "runtime.hpp"

namespace railscope {

class Environment;
using EnvironmentTask = std::function<void(Environment &)>;

/** Carries tasks from any thread to the environment's thread; after `close` they are dropped. */
class Mailbox {
 public:
  explicit Mailbox(Napi::ThreadSafeFunction function) : function_(std::move(function)) {}
  void send(EnvironmentTask task);
  void close();
  /** Keeps the event loop alive, or lets it end. On the environment's thread. */
  void keepAlive(Napi::Env env, bool alive);

 private:
  std::mutex mutex_;
  Napi::ThreadSafeFunction function_;
  bool closed_ = false;
};

/** A promise that a native thread will settle, with what must live until then. */
struct Pending {
  explicit Pending(Napi::Env env) : deferred(Napi::Promise::Deferred::New(env)) {}
  Napi::Promise::Deferred deferred;
  Napi::ObjectReference owner;
  std::vector<Napi::Reference<Napi::ArrayBuffer>> outputs;
  std::shared_ptr<Run> run;
};

class Environment {
 public:
  explicit Environment(Napi::Env env);
  static Environment &of(Napi::Env env);

  Napi::Env env() const { return env_; }
  const std::shared_ptr<Mailbox> &mailbox() const { return mailbox_; }
  Napi::FunctionReference &modelConstructor() { return modelConstructor_; }

  uint64_t add(Pending pending);
  /** Takes a pending operation out; it must be settled now. */
  Pending take(uint64_t id);

  void adopt(int32_t deviceId, std::shared_ptr<ModelEntry> entry);
  void forget(const std::shared_ptr<ModelEntry> &entry);

  /** A device hangs: pending promises no longer keep the event loop alive. */
  void giveUpWaiting();

  /** Closes this environment's models and drops its promises; for the process's exit and the environment's end. Idempotent. */
  void leave();

  /** @throws Napi::Error when the environment has left */
  void checkOpen() const;
  const std::shared_ptr<bool> &left() const { return left_; }

 private:
  /** @returns whether every worker answered */
  bool closeModels(std::chrono::milliseconds atMost);

  Napi::Env env_;
  std::shared_ptr<Mailbox> mailbox_;
  Napi::FunctionReference modelConstructor_;
  std::unordered_map<uint64_t, Pending> pending_;
  std::map<std::shared_ptr<ModelEntry>, int32_t> models_;
  uint64_t nextId_ = 1;
  bool gaveUp_ = false;
  /** shared with objects that may be collected after this environment */
  std::shared_ptr<bool> left_ = std::make_shared<bool>(false);
};

/** An Error with the problem's kind, code, symbol and detail as properties. */
Napi::Error toError(Napi::Env env, const Problem &problem);

}  // namespace railscope
