// The folder of a report: <output>/<group>/<function>/<value>/<baseline>/*.json, as Criterion lays
// it out.

#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "report/model.h"

namespace strata::report {

class ReportFolder {
 public:
  explicit ReportFolder(std::string path) : path_(std::move(path)) {}

  const std::string& path() const { return path_; }

  // Writes the files of one benchmark below `baseline` ("new", "base", ...).
  Status Save(const Finding& finding, const std::string& baseline, double level) const;
  Status SaveChange(const Finding& finding, double level) const;

  // Everything saved under that name; empty if nothing is. Errors: kCorruption.
  Result<std::vector<Measured>> Load(const std::string& baseline) const;
  // Every name there is, without "new".
  std::vector<std::string> Baselines() const;

 private:
  std::string path_;
};

}  // namespace strata::report
