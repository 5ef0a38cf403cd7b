#include "cli/flags.h"

#include "cli/format/quantity.h"

namespace strata::cli {
namespace {

// What a variable holds, as a flag takes it; an empty text is none.
auto Shown(const std::string* out) {
  return [out] { return out->empty() ? std::nullopt : std::optional<std::string>(*out); };
}

template <typename T, typename Text>
auto Shown(const T* out, Text text) {
  return [out, text]() -> std::optional<std::string> { return text(*out); };
}

template <typename T, typename Text>
auto Shown(const std::optional<T>* out, Text text) {
  return [out, text]() -> std::optional<std::string> {
    if (!*out) return std::nullopt;
    return text(**out);
  };
}

std::string Digits(std::uint64_t value) {
  return std::to_string(value);
}

}  // namespace

Flag& Flags::Add(std::string_view names, std::string_view metavar, std::string_view help,
                 std::function<Status(std::string_view)> set) {
  Flag flag;
  const std::size_t comma = names.find(',');
  flag.name = names.substr(0, comma);
  if (comma != std::string_view::npos) flag.short_name = names[comma + 1];
  flag.metavar = metavar;
  flag.help = help;
  flag.group = group_;
  flag.set = std::move(set);
  flags_.push_back(std::move(flag));
  return flags_.back();
}

void Flags::Switch(std::string_view names, bool* out, std::string_view help) {
  Add(names, "", help, [out](std::string_view text) -> Status {
    if (text != "true" && text != "1" && text != "false" && text != "0" && !text.empty()) {
      return InvalidArgument("'" + std::string(text) + "' isn't true or false");
    }
    *out = text == "true" || text == "1";
    return {};
  }).show = Shown(out, [](bool on) { return std::string(on ? "true" : "false"); });
}

void Flags::Text(std::string_view names, std::string* out, std::string_view metavar,
                 std::string_view help) {
  Add(names, metavar, help, [out](std::string_view text) -> Status {
    *out = text;
    return {};
  }).show = Shown(out);
}

void Flags::Text(std::string_view names, std::optional<std::string>* out, std::string_view metavar,
                 std::string_view help) {
  Add(names, metavar, help, [out](std::string_view text) -> Status {
    *out = std::string(text);
    return {};
  }).show = Shown(out, [](const std::string& text) { return text; });
}

void Flags::Number(std::string_view names, std::uint64_t* out, std::string_view help) {
  Add(names, "N", help, [out](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(*out, ParseCount(text));
    return {};
  }).show = Shown(out, Digits);
}

void Flags::Number(std::string_view names, std::optional<std::uint64_t>* out,
                   std::string_view help) {
  Add(names, "N", help, [out](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(*out, ParseCount(text));
    return {};
  }).show = Shown(out, Digits);
}

void Flags::Integer(std::string_view names, int* out, int low, std::string_view help) {
  Add(names, "N", help, [out, low](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(const std::uint64_t value, ParseCount(text));
    if (value > 1'000'000'000 || static_cast<int>(value) < low) {
      return InvalidArgument("'" + std::string(text) + "' isn't a number from " +
                             std::to_string(low) + " to a billion");
    }
    *out = static_cast<int>(value);
    return {};
  }).show = Shown(out, [](int value) { return std::to_string(value); });
}

void Flags::Size(std::string_view names, std::uint64_t* out, std::string_view help) {
  Add(names, "SIZE", help, [out](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(*out, ParseSize(text));
    return {};
  }).show = Shown(out, SizeText);
}

void Flags::Size(std::string_view names, std::optional<std::uint64_t>* out, std::string_view help) {
  Add(names, "SIZE", help, [out](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(*out, ParseSize(text));
    return {};
  }).show = Shown(out, SizeText);
}

void Flags::DurationMicros(std::string_view names, std::uint64_t* out, std::string_view help) {
  Add(names, "TIME", help, [out](std::string_view text) -> Status {
    STRATA_TRY_ASSIGN(*out, ParseDurationMicros(text));
    return {};
  }).show = Shown(out, DurationText);
}

void Flags::Argument(std::string_view name, std::string* out, std::string_view help) {
  Flag& flag = Add(name, name, help, [out](std::string_view text) -> Status {
    *out = text;
    return {};
  });
  flag.is_argument = true;
  flag.is_required = true;
}

void Flags::OptionalArgument(std::string_view name, std::optional<std::string>* out,
                             std::string_view help) {
  Flag& flag = Add(name, name, help, [out](std::string_view text) -> Status {
    *out = std::string(text);
    return {};
  });
  flag.is_argument = true;
}

void Flags::Arguments(std::string_view name, std::vector<std::string>* out, bool is_required,
                      std::string_view help) {
  Flag& flag = Add(name, name, help, [out](std::string_view text) -> Status {
    out->emplace_back(text);
    return {};
  });
  flag.is_argument = true;
  flag.is_repeated = true;
  flag.is_required = is_required;
}

const Flag* Flags::Find(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.is_argument) continue;
    if (flag.name == name || (name.size() == 1 && flag.short_name == name[0])) return &flag;
  }
  return nullptr;
}

}  // namespace strata::cli
