#include "raft/progress.h"

#include <catch2/catch.hpp>

namespace strata::raft {
namespace {

using State = Progress::State;

TEST_CASE("a probe is one message at a time", "[raft-replication]") {
  Progress progress(5);
  CHECK(progress.state() == State::kProbe);
  CHECK_FALSE(progress.IsPaused(4));
  progress.Sent(9, 1);
  CHECK(progress.IsPaused(4));
  CHECK(progress.next() == 5);
  CHECK(progress.Accepted(9));
  CHECK(progress.state() == State::kReplicate);
  CHECK(progress.match() == 9);
  CHECK(progress.next() == 10);
}

TEST_CASE("a refused probe goes back to where the logs may agree", "[raft-replication]") {
  Progress progress(50);
  progress.Sent(60, 1);
  CHECK(progress.Refused(49, 20));
  CHECK(progress.next() == 21);
  CHECK_FALSE(progress.IsPaused(4));
  progress.Sent(60, 1);
  CHECK_FALSE(progress.Refused(49, 3));  // The first answer, once more.
  CHECK(progress.next() == 21);
  CHECK(progress.Refused(20, 20));  // It always goes back by one at least.
  CHECK(progress.next() == 20);
}

TEST_CASE("a window of messages is sent ahead of the answers", "[raft-replication]") {
  Progress progress(1);
  progress.Sent(1, 1);
  progress.Accepted(1);
  progress.Sent(2, 1);
  progress.Sent(3, 1);
  CHECK(progress.IsPaused(2));
  CHECK(progress.next() == 4);
  CHECK(progress.Accepted(2));
  CHECK_FALSE(progress.IsPaused(2));
  CHECK_FALSE(progress.Accepted(2));  // No news.
  progress.Sent(4, 1);
  CHECK(progress.Accepted(4));  // An answer stands for those before it.
  CHECK(progress.match() == 4);
  progress.Sent(5, 1);
  CHECK_FALSE(progress.IsPaused(2));
}

TEST_CASE("a refusal ends sending ahead", "[raft-replication]") {
  Progress progress(1);
  progress.Sent(1, 1);
  progress.Accepted(1);
  progress.Sent(2, 1);
  progress.Sent(3, 1);
  CHECK_FALSE(progress.Refused(1, 0));  // What was accepted can't be refused: an old answer.
  CHECK(progress.state() == State::kReplicate);
  CHECK(progress.Refused(2, 1));
  CHECK(progress.state() == State::kProbe);
  CHECK(progress.next() == 2);
}

TEST_CASE("entries whose answer is overdue are sent again", "[raft-replication]") {
  Progress progress(1);
  progress.Sent(1, 1);
  progress.Accepted(1);
  progress.Sent(2, 10);
  progress.HeardOf(13);  // Its disk may be slow.
  CHECK(progress.state() == State::kReplicate);
  progress.HeardOf(14);
  CHECK(progress.state() == State::kProbe);
  CHECK(progress.next() == 2);
  progress.Sent(2, 14);
  CHECK(progress.IsPaused(4));
  progress.HeardOf(18);  // And the probe, too.
  CHECK_FALSE(progress.IsPaused(4));
  progress.Accepted(2);
  progress.HeardOf(30);  // Nothing is missing.
  CHECK(progress.state() == State::kReplicate);
}

TEST_CASE("while a snapshot is on its way nothing is sent", "[raft-snapshots]") {
  Progress progress(1);
  progress.SentSnapshot(7);
  CHECK(progress.IsPaused(4));
  progress.HeardOf(99);
  CHECK(progress.IsPaused(4));
  progress.Accepted(3);
  CHECK(progress.state() == State::kSnapshot);
  progress.Accepted(7);
  CHECK(progress.state() == State::kReplicate);
  CHECK(progress.next() == 8);
  progress.SentSnapshot(20);
  progress.SnapshotFailed();
  CHECK(progress.state() == State::kProbe);
  CHECK(progress.next() == 8);
}

}  // namespace
}  // namespace strata::raft
