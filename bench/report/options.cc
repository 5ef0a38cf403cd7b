#include "report/options.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

namespace strata::report {
namespace {

struct Flag {
  const char* name;
  const char* value;  // What the value is called; empty: the flag takes none.
  const char* help;
  std::function<bool(Options&, const std::string&)> set;  // False: the value is no good.
};

bool ToNumber(const std::string& text, double* number) {
  char* end = nullptr;
  *number = std::strtod(text.c_str(), &end);
  return !text.empty() && *end == '\0';
}

std::function<bool(Options&, const std::string&)> Text(std::string Options::* field) {
  return [field](Options& options, const std::string& value) {
    options.*field = value;
    return !value.empty();
  };
}

std::function<bool(Options&, const std::string&)> Set(bool Options::* field) {
  return [field](Options& options, const std::string&) { return options.*field = true; };
}

// A number of at least `least` and at most `most`, stored by `store`.
template <typename Store>
std::function<bool(Options&, const std::string&)> Number(double least, double most, Store store) {
  return [=](Options& options, const std::string& value) {
    double number = 0;
    if (!ToNumber(value, &number) || number < least || number > most) return false;
    store(options, number);
    return true;
  };
}

bool SetRegression(Options& options, const std::string& value) {
  double percent = 0;
  options.fail_on_regression = true;
  if (value.empty()) return true;
  if (!ToNumber(value, &percent) || percent < 0) return false;
  options.regression = percent / 100;
  return true;
}

const std::vector<std::string> kFormats = {"human",       "json", "csv", "markdown",
                                           "openmetrics", "gha",  "bmf"};

const std::vector<Flag>& Flags() {
  static const std::vector<Flag> flags = {
      {"exact", "", "FILTER is a whole id", Set(&Options::exact)},
      {"list", "", "only list the benchmarks", Set(&Options::list)},
      {"quick", "", "20 samples and a tenth of the time: for a first look", Set(&Options::quick)},
      {"save-baseline", "NAME", "keep the results under NAME (base)",
       Text(&Options::save_baseline)},
      {"baseline", "NAME", "compare with NAME, which must be there, and leave it as it is",
       [](Options& o, const std::string& v) {
         o.baseline = v;
         return o.strict = !v.empty();
       }},
      {"baseline-lenient", "NAME", "the same, and benchmarks that NAME lacks aren't compared",
       Text(&Options::baseline)},
      {"load-baseline", "NAME", "measure nothing: analyse NAME again",
       Text(&Options::load_baseline)},
      {"discard-baseline", "", "keep the results under no name", Set(&Options::discard_baseline)},
      {"compare", "NAME", "measure nothing: one table of the baselines named (repeat it)",
       [](Options& o, const std::string& v) {
         o.compare.push_back(v);
         return !v.empty();
       }},
      {"against", "FOLDER", "run the programs of another build in turn with ours, as the baseline",
       Text(&Options::against)},
      {"launches", "K", "processes for each program, interleaved (5 when comparing, else 1)",
       Number(1, 1000, [](Options& o, double v) { o.launches = static_cast<int>(v); })},
      {"fail-on-regression", "[PCT]", "exit 1 if a benchmark regressed (by more than PCT %)",
       SetRegression},
      {"sample-size", "N", "samples of a launch, 10 or more (100)",
       Number(10, 1e6, [](Options& o, double v) { o.sample_size = static_cast<int>(v); })},
      {"warm-up-time", "S", "seconds before the first sample (1)",
       Number(1e-3, 1e6, [](Options& o, double v) { o.warm_up_s = v; })},
      {"measurement-time", "S", "seconds for all samples of a benchmark (2)",
       Number(1e-3, 1e6, [](Options& o, double v) { o.measurement_s = v; })},
      {"nresamples", "N", "of the bootstrap (100000)",
       Number(100, 1e8,
              [](Options& o, double v) {
                o.statistics.resampling.count = static_cast<std::size_t>(v);
              })},
      {"confidence-level", "P", "of intervals (0.95)",
       Number(0.5, 0.9999,
              [](Options& o, double v) { o.statistics.resampling.confidence_level = v; })},
      {"significance-level", "P", "the false alarms that one accepts (0.05)",
       Number(1e-6, 0.5, [](Options& o, double v) { o.statistics.significance_level = v; })},
      {"noise-threshold", "F", "changes that don't matter, as a fraction (0.01)",
       Number(0, 10, [](Options& o, double v) { o.statistics.noise_threshold = v; })},
      {"seed", "N", "of shuffling and resampling (20260101)",
       Number(0, 1e15,
              [](Options& o, double v) {
                o.statistics.resampling.seed = static_cast<std::uint64_t>(v);
              })},
      {"profile-time", "S", "only run each benchmark for S seconds, for a profiler that watches",
       Number(0.1, 1e6, [](Options& o, double v) { o.profile_s = v; })},
      {"format", "F", "human, json, csv, markdown, openmetrics, gha or bmf",
       [](Options& o, const std::string& v) {
         o.format = v;
         return std::find(kFormats.begin(), kFormats.end(), v) != kFormats.end();
       }},
      {"output", "FOLDER", "where report and baselines are (build/report)", Text(&Options::output)},
      {"programs", "FOLDER", "the programs to run (build/release/bin/bench)",
       Text(&Options::programs)},
      {"macro", "'ARGS'", "run `strata bench ARGS` and draw it over time", Text(&Options::macro)},
      {"lessons", "FILE", "draw what ./lesson bench --all measured", Text(&Options::lessons)},
      {"readme", "FILE", "write the table of rkv_get into FILE, between its markers",
       Text(&Options::readme)},
      {"help", "", "this text", Set(&Options::help)},
  };
  return flags;
}

const Flag* Find(const std::string& name) {
  for (const Flag& flag : Flags()) {
    if (name == flag.name) return &flag;
  }
  return nullptr;
}

}  // namespace

Result<Options> ParseOptions(const std::vector<std::string>& words) {
  Options options;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    if (word == "-h") word = "--help";
    if (word == "-s") word = "--save-baseline";
    if (word == "-b") word = "--baseline";
    if (!word.starts_with("--")) {
      options.filters.push_back(word);
      continue;
    }
    const auto equals = word.find('=');
    const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
    const Flag* const flag = Find(name);
    if (flag == nullptr) return InvalidArgument("no option --" + name + " (--help lists them)");
    std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
    const bool takes_one = *flag->value != '\0' && *flag->value != '[';
    if (takes_one && equals == std::string::npos) {
      if (i + 1 == words.size()) return InvalidArgument("--" + name + " needs a value");
      value = words[++i];
    }
    if (!flag->set(options, value)) {
      return InvalidArgument("--" + name + " can't be '" + value + "'");
    }
  }
  return options;
}

std::string HelpText() {
  std::string text =
      "usage: ./dev bench [FILTER...] [OPTIONS]\n\n"
      "Runs the benchmarks whose id (group/function/value) matches a FILTER, a regular expression, "
      "and\n"
      "writes build/report/report/index.html.\n\n";
  for (const Flag& flag : Flags()) {
    std::string head = std::string("  --") + flag.name;
    if (*flag.value == '[')
      head += "[=PCT]";
    else if (*flag.value != '\0')
      head += std::string(" ") + flag.value;
    head.resize(std::max<std::size_t>(28, head.size() + 1), ' ');
    text += head + flag.help + "\n";
  }
  text +=
      "\nExit status: 0 done, 1 regression (--fail-on-regression), 2 wrong usage, 3 a benchmark "
      "failed,\n"
      "4 the baseline isn't there.\n";
  return text;
}

}  // namespace strata::report
