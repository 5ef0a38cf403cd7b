// What rules allow, decided once more by somebody who knows nothing of how src/auth does it: grant
// by grant, key by key, without merging anything. Slow, and short enough to be believed.
//
// Thread safety: none.

#pragma once

#include <string>
#include <vector>

#include "auth/account.h"
#include "auth/needs.h"
#include "base/random.h"

namespace strata::auth::testing {

// Whether the user may do what is needed. `user`: "" is nobody.
bool OracleAllows(const Accounts& accounts, const std::string& user, const Need& need);
bool OracleAllowsAll(const Accounts& accounts, const std::string& user, const Needs& needs);

// Accounts whose grants overlap, touch and leave gaps, over few tables and short keys.
Accounts RandomAccounts(Random& random);
// A change to them: a grant more or less, a user switched off, a role taken away.
void ChangeAtRandom(Accounts* accounts, Random& random);
Grant RandomGrant(Random& random);
// One or several needs of one request, most of them near a bound of some grant.
void AddRandomNeeds(Random& random, Needs* needs);
std::string Describe(const Need& need);

}  // namespace strata::auth::testing
