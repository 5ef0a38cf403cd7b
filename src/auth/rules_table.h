// Accounts in the store: the table "strata.auth", whose rows rows.h tells. A change and the record
// of it are one batch, so there is neither without the other, and the change is durable when it is
// told as done.
//
// Thread safety: as the DB; of two changes at a time one is made on top of the other.

#pragma once

#include <functional>
#include <vector>

#include "auth/account.h"
#include "auth/audit_record.h"
#include "strata/db.h"

namespace strata::auth {

// None if there is no such table. Errors: those of DB; those of DecodeRow.
Result<Accounts> LoadAccounts(DB& db);

// Makes the change, if `edit` and Check find nothing against it, and returns what there is then.
// `record` says who, when, from where, and in words what; its result is filled in. Errors: those of
// `edit`, of Check and of DB.
Result<Accounts> ChangeAccounts(DB& db, AuditRecord record,
                                const std::function<Status(Accounts*)>& edit);

// The records of all changes, the oldest first, as lines: see audit_record.h. Errors: those of DB;
// kCorruption if the chain doesn't lead to what the accounts say.
Result<std::vector<std::string>> ChangesOf(DB& db);

}  // namespace strata::auth
