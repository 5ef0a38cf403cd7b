#include "cli/verbs/damage_section.h"

#include <string>

namespace strata::cli {

Cell BoundCell(const std::optional<std::string>& key) {
  return key ? Cell::Key(*key) : Cell::None();
}

Section DamageSection(const std::vector<Damage>& damage) {
  Section section{.name = "damage",
                  .columns = {"file", "offset", "table", "first", "last", "what"},
                  .rows = {},
                  .is_map = false};
  for (const Damage& piece : damage) {
    section.rows.push_back({Cell::Text(piece.file), Cell::Number(piece.offset),
                            Cell::Text(piece.table), BoundCell(piece.first), BoundCell(piece.last),
                            Cell::Text(piece.what)});
  }
  return section;
}

}  // namespace strata::cli
