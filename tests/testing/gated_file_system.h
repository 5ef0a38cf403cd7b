// A file system whose syncs wait at a gate while it is closed, so that a test can hold one writer
// in a sync and see who queues up behind it.
//
// Thread safety: any number of threads.

#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "io/forwarding_file_system.h"

namespace strata::testing {

class GatedFileSystem final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  void CloseGate() { open_ = false; }
  // Only syncs of files whose path has `part` in it come to the gate. REQUIRES: nobody syncs yet.
  void GateOnly(std::string part) { gated_ = std::move(part); }
  void CloseGateOfDirectories() { directories_open_ = false; }
  void OpenGate() { open_ = directories_open_ = true; }
  int waiting() const { return waiting_; }  // Syncs at the closed gate.

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    STRATA_TRY_ASSIGN(auto file, below().Create(path, options));
    if (path.find(gated_) == std::string::npos) return file;
    return std::unique_ptr<WritableFile>(std::make_unique<File>(*this, std::move(file)));
  }
  Status SyncDirectory(const std::string& directory) override {
    Pass(directories_open_);
    return below().SyncDirectory(directory);
  }

 private:
  void Pass(const std::atomic<bool>& gate) {
    if (gate) return;  // Who only passes isn't waiting.
    ++waiting_;
    while (!gate) std::this_thread::yield();
    --waiting_;
  }

  class File final : public WritableFile {
   public:
    File(GatedFileSystem& owner, std::unique_ptr<WritableFile> below)
        : owner_(owner), below_(std::move(below)) {}

    Status Append(std::string_view data) override { return below_->Append(data); }
    Status Sync() override {
      owner_.Pass(owner_.open_);
      return below_->Sync();
    }
    Status Close() override { return below_->Close(); }
    std::uint64_t size() const override { return below_->size(); }

   private:
    GatedFileSystem& owner_;
    const std::unique_ptr<WritableFile> below_;
  };

  std::string gated_;  // All files, at first.
  std::atomic<bool> open_{true};
  std::atomic<bool> directories_open_{true};
  std::atomic<int> waiting_{0};
};

}  // namespace strata::testing
