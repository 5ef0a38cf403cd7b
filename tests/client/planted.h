// The planted bugs of the client, each found by a test of tests/client.
//
// Thread safety: constants.

#pragma once

namespace strata::client::testing {

inline constexpr const char* kPlantedNames[] = {
    "client_retries_under_a_new_id",
    "client_takes_silence_for_failure",
    "client_watch_skips_one",
};

}  // namespace strata::client::testing
