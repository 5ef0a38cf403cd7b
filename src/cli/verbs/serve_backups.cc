#include "cli/verbs/serve_backups.h"

#include <utility>

#include "io/mutex.h"

namespace strata::cli {

// A thread of its own: shipping waits for writers, who may wait for the executor's jobs.
struct ServeBackups::Shipper : std::enable_shared_from_this<Shipper> {
  Shipper(DB& store, const Environment& world, Logger& log, std::string directory,
          std::uint64_t interval_us)
      : db(store),
        executor(*world.executor),
        logger(log),
        to(std::move(directory)),
        every_us(interval_us) {}

  void Run() {
    while (Await()) Ship();
  }

  // False: it was stopped.
  bool Await() {
    MutexLock lock(mutex);
    is_due = false;
    executor.ScheduleAfter(every_us, [self = shared_from_this()] {
      MutexLock due(self->mutex);
      self->is_due = true;
      return Step::kDone;
    });
    executor.WaitUntil(mutex, [this] {
      mutex.AssertHeld();
      return is_due || stopped;
    });
    return !stopped;
  }

  void Ship() {
    const auto shipped = db.ShipLogs(to);
    if (!shipped) {
      logger.Log(LogLevel::kWarn, "logs aren't shipped",
                 {{"error", std::string_view(shipped.error().message())}});
    } else if (shipped->hole_from) {
      logger.Log(LogLevel::kWarn, "writes are missing in the logs that were shipped: make a backup",
                 {{"from", std::to_string(*shipped->hole_from)}});
    }
  }

  void Stop() {
    {
      MutexLock lock(mutex);
      stopped = true;
    }
    executor.NotifyAll();
  }

  DB& db;
  Executor& executor;
  Logger& logger;
  const std::string to;
  const std::uint64_t every_us;
  Mutex mutex;
  bool is_due STRATA_GUARDED_BY(mutex) = false;
  bool stopped STRATA_GUARDED_BY(mutex) = false;
};

void ServeBackups::Declare(Flags& flags) {
  flags.Text("backup-dir", &directory_, "DIR",
             "Where backups go that clients ask for: a repository, made if need be");
  flags.DurationMicros("ship-logs", &interval_us_,
                       "Also store the logged writes there every so often (0: never)");
}

Status ServeBackups::Check() const {
  if (interval_us_ == 0 || !directory_.empty()) return {};
  return InvalidArgument("--ship-logs needs --backup-dir DIR: where they go");
}

void ServeBackups::Start(DB& db, const Environment& environment, Logger& logger) {
  if (interval_us_ == 0) return;
  shipper_ = std::make_shared<Shipper>(db, environment, logger, directory_, interval_us_);
  thread_ =
      environment.executor->StartThread("strata-ship", [shipper = shipper_] { shipper->Run(); });
}

void ServeBackups::Stop() {
  if (shipper_ == nullptr) return;
  shipper_->Stop();
  thread_.reset();  // Shipping that is under way ends first.
}

}  // namespace strata::cli
