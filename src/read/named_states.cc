#include "read/read_state.h"

namespace strata {

// Only the chunk that has it is copied, and the list of chunks.
void NamedStates::Set(std::uint32_t id, State state) {
  const std::size_t chunk = id / kChunk;
  auto chunks =
      chunks_ == nullptr ? std::make_shared<Chunks>() : std::make_shared<Chunks>(*chunks_);
  if (chunk >= chunks->size()) chunks->resize(chunk + 1);
  auto& place = (*chunks)[chunk];
  auto copy = place == nullptr ? std::make_shared<Chunk>() : std::make_shared<Chunk>(*place);
  (*copy)[id % kChunk] = std::move(state);
  place = std::move(copy);
  chunks_ = std::move(chunks);
}

void NamedStates::ForEach(const std::function<void(std::uint32_t, const ReadState&)>& call) const {
  if (chunks_ == nullptr) return;
  for (std::size_t chunk = 0; chunk < chunks_->size(); ++chunk) {
    if ((*chunks_)[chunk] == nullptr) continue;
    for (std::size_t i = 0; i < kChunk; ++i) {
      const State& state = (*(*chunks_)[chunk])[i];
      if (state != nullptr) call(static_cast<std::uint32_t>(chunk * kChunk + i), *state);
    }
  }
}

}  // namespace strata
