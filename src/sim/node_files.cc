#include "sim/node_files.h"

#include "sim/world.h"

namespace strata::sim {
namespace {

// Where operations become points. Each is begun by one of these and then runs alone: the locks of
// the disk in memory are no more than that.
class Points {
 public:
  Points(World& world, std::uint64_t sync_nanos_max)
      : world_(world), sync_nanos_max_(sync_nanos_max) {}

  template <typename Operation>
  auto Run(Operation operation) const {
    world_.Reach(Point::kFile);
    const World::Uninterrupted uninterrupted;
    return operation();
  }
  template <typename Operation>
  auto RunSync(Operation operation) const {
    const std::uint64_t nanos = world_.random().Uniform(sync_nanos_max_ + 1);
    if (world_.running() != nullptr) world_.SleepUntil(world_.now_nanos() + nanos);
    return Run(operation);
  }

 private:
  World& world_;
  const std::uint64_t sync_nanos_max_;
};

class NodeWritableFile final : public WritableFile {
 public:
  NodeWritableFile(const Points& points, std::unique_ptr<WritableFile> below)
      : points_(points), below_(std::move(below)) {}
  ~NodeWritableFile() override {
    const World::Uninterrupted uninterrupted;
    below_.reset();
  }

  Status Append(std::string_view data) override {
    return points_.Run([&] { return below_->Append(data); });
  }
  Status Sync() override {
    return points_.RunSync([&] { return below_->Sync(); });
  }
  Status Close() override {
    return points_.Run([&] { return below_->Close(); });
  }
  std::uint64_t size() const override { return below_->size(); }

 private:
  const Points points_;
  std::unique_ptr<WritableFile> below_;
};

class NodeRandomAccessFile final : public RandomAccessFile {
 public:
  NodeRandomAccessFile(const Points& points, std::unique_ptr<RandomAccessFile> below)
      : points_(points), below_(std::move(below)) {}

  Result<std::string_view> Read(std::uint64_t offset, std::size_t size,
                                char* scratch) const override {
    return points_.Run([&] { return below_->Read(offset, size, scratch); });
  }
  std::uint64_t size() const override { return below_->size(); }

 private:
  const Points points_;
  const std::unique_ptr<RandomAccessFile> below_;
};

class NodeFileLock final : public FileLock {
 public:
  explicit NodeFileLock(std::unique_ptr<FileLock> below) : below_(std::move(below)) {}
  ~NodeFileLock() override {
    const World::Uninterrupted uninterrupted;
    below_.reset();
  }

 private:
  std::unique_ptr<FileLock> below_;
};

class NodeFiles final : public FileSystem {
 public:
  NodeFiles(const Points& points, FileSystem& below) : points_(points), below_(below) {}
  NodeFiles(const Points& points, std::unique_ptr<FileSystem> directory)
      : points_(points), owned_(std::move(directory)), below_(*owned_) {}

  Result<std::unique_ptr<WritableFile>> Create(const std::string& path,
                                               const WritableFileOptions& options) override {
    STRATA_TRY_ASSIGN(auto file, points_.Run([&] { return below_.Create(path, options); }));
    return std::unique_ptr<WritableFile>(
        std::make_unique<NodeWritableFile>(points_, std::move(file)));
  }
  Result<std::unique_ptr<RandomAccessFile>> Open(const std::string& path, ReadMode mode) override {
    STRATA_TRY_ASSIGN(auto file, points_.Run([&] { return below_.Open(path, mode); }));
    return std::unique_ptr<RandomAccessFile>(
        std::make_unique<NodeRandomAccessFile>(points_, std::move(file)));
  }
  Result<std::string> ReadFile(const std::string& path, std::uint64_t size_max) override {
    return points_.Run([&] { return below_.ReadFile(path, size_max); });
  }
  Result<bool> Exists(const std::string& path) override {
    return points_.Run([&] { return below_.Exists(path); });
  }
  Result<std::uint64_t> FileSize(const std::string& path) override {
    return points_.Run([&] { return below_.FileSize(path); });
  }
  Result<std::vector<std::string>> List(const std::string& directory) override {
    return points_.Run([&] { return below_.List(directory); });
  }
  Status CreateDirectories(const std::string& directory) override {
    return points_.Run([&] { return below_.CreateDirectories(directory); });
  }
  Status Remove(const std::string& path) override {
    return points_.Run([&] { return below_.Remove(path); });
  }
  Status RemoveDirectory(const std::string& directory) override {
    return points_.Run([&] { return below_.RemoveDirectory(directory); });
  }
  Status Rename(const std::string& from, const std::string& to) override {
    return points_.Run([&] { return below_.Rename(from, to); });
  }
  Status SyncDirectory(const std::string& directory) override {
    return points_.RunSync([&] { return below_.SyncDirectory(directory); });
  }
  Result<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    STRATA_TRY_ASSIGN(auto lock, points_.Run([&] { return below_.Lock(path); }));
    return std::unique_ptr<FileLock>(std::make_unique<NodeFileLock>(std::move(lock)));
  }
  Result<std::unique_ptr<FileSystem>> OpenDirectory(const std::string& directory) override {
    STRATA_TRY_ASSIGN(auto found, points_.Run([&] { return below_.OpenDirectory(directory); }));
    return std::unique_ptr<FileSystem>(std::make_unique<NodeFiles>(points_, std::move(found)));
  }

 private:
  const Points points_;
  const std::unique_ptr<FileSystem> owned_;
  FileSystem& below_;
};

}  // namespace

std::unique_ptr<FileSystem> NewNodeFiles(World& world, FileSystem& disk,
                                         std::uint64_t sync_nanos_max) {
  return std::make_unique<NodeFiles>(Points(world, sync_nanos_max), disk);
}

}  // namespace strata::sim
