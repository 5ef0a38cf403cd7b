// The names of a server's tables by id, as TableRef has ids and the wire has names. Ids are never
// used twice.
//
// Known limit: a table that others drop and make anew, under its old name, is found under the id
// that the old one had, until this client asks for the list again.
// Thread safety: any thread.

#pragma once

#include <map>
#include <string>
#include <string_view>

#include "io/mutex.h"
#include "strata/client.h"

namespace strata::client {

class TableNames {
 public:
  // Borrowed.
  explicit TableNames(Client& client) : client_(client) {}

  // Asks the server when it doesn't know. Errors: kNotFound.
  Result<std::string> NameOf(TableRef table) STRATA_EXCLUDES(mutex_);
  // Asks the server. Errors: kNotFound.
  Result<TableRef> Find(std::string_view name) STRATA_EXCLUDES(mutex_);
  Result<std::vector<TableInfo>> List() STRATA_EXCLUDES(mutex_);
  void Learn(TableRef table, std::string_view name) STRATA_EXCLUDES(mutex_);

 private:
  Client& client_;
  Mutex mutex_;
  std::map<TableRef, std::string> names_ STRATA_GUARDED_BY(mutex_);
};

}  // namespace strata::client
