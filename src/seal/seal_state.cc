#include "seal/seal_state.h"

#include "base/coding.h"

namespace strata::seal {

std::string_view SealModeName(SealMode mode) {
  switch (mode) {
    case SealMode::kSealed:
      return "sealed";
    case SealMode::kSealing:
      return "sealing";
    case SealMode::kUnsealing:
      return "unsealing";
  }
  return "unknown";
}

std::string EncodeState(const SealState& state) {
  std::string out(1, static_cast<char>(state.mode));
  AppendFixed64(&out, state.plain_below);
  AppendVarint64(&out, state.ancestors.size());
  for (const Ancestor& ancestor : state.ancestors) {
    out.append(ancestor.store.data(), ancestor.store.size());
    AppendFixed64(&out, ancestor.below);
  }
  return out;
}

Result<SealState> DecodeState(std::string_view bytes) {
  ByteReader in(bytes);
  const auto mode = in.ReadFixed<std::uint8_t>();
  const auto below = in.ReadFixed<std::uint64_t>();
  const auto count = in.ReadVarint64();
  if (!mode || !below || !count || *mode < 1 || *mode > 3) {
    return Corruption("fields that can't be");
  }
  SealState state{.mode = static_cast<SealMode>(*mode), .plain_below = *below, .ancestors = {}};
  for (std::uint64_t i = 0; i < *count; ++i) {
    const auto store = in.ReadBytes(sizeof(StoreId));
    const auto ancestor_below = in.ReadFixed<std::uint64_t>();
    if (!store || !ancestor_below) return Corruption("fields that can't be");
    Ancestor& ancestor = state.ancestors.emplace_back();
    store->copy(ancestor.store.data(), ancestor.store.size());
    ancestor.below = *ancestor_below;
  }
  if (!in.empty()) return Corruption("fields that can't be");
  return state;
}

}  // namespace strata::seal
