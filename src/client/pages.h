// Where the pages of a scan come from: the store at some moment, or a transaction.
//
// Thread safety: one thread at a time.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/convert.h"
#include "client/held.h"

namespace strata::client {

struct Page {
  std::vector<ClientScan::Row> rows;
  std::string next_token;  // Empty: there is no more.
};

class Pages {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  virtual ~Pages() = default;

  // `scan`: its bounds, direction and token; and a limit, if it isn't 0.
  virtual Result<Page> Fetch(v1::ScanRequest scan) = 0;
};

// Of the store, at the moment of the snapshot that the read has; without one, of the first page.
std::unique_ptr<Pages> PagesOf(std::shared_ptr<Core> core, const ClientRead& read);

// How many rows to ask for, so that a page is some hundred kilobytes.
class PageSize {
 public:
  std::uint64_t rows() const { return rows_; }
  void Learn(const Page& page);

 private:
  std::uint64_t rows_ = 100;
};

std::unique_ptr<ClientScan> NewScan(std::unique_ptr<Pages> pages, const ClientRange& range);

}  // namespace strata::client
