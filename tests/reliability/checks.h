// The checks that planted bugs must not get past. Each says what it found wrong, and finds nothing
// in the engine as it is; with a mutant switched on that it is responsible for it must find
// something.
//
// Thread safety: none.

#pragma once

#include <string>
#include <vector>

namespace strata::testing {

using Findings = std::vector<std::string>;

// Small versions of the sweeps, simulations and damage of this folder.
Findings CheckCrashes();  // Sync always.
Findings CheckCrashesWithoutSync();
Findings CheckSimulation();
Findings CheckDamageOfClosedStore();
Findings CheckDamageOfKilledStore();
Findings CheckFaults();

// With values in blob files: crashes, and what is read after many overwrites.
Findings CheckBlobCrashes();
Findings CheckBlobReads();
Findings CheckDirectCrashes();

// What a compaction may drop, against every reader's view.
Findings CheckDropRules();
// A reader is held up between the two things it takes, while all is overwritten and compacted.
Findings CheckReadPoint();
// A manifest whose sync fails, asked to go on.
Findings CheckManifestAfterError();
// Bytes with right checksums and absurd lengths.
Findings CheckAbsurdLengths();

}  // namespace strata::testing
