// What ./dev bench does besides measuring: the pages, macro runs, the chart of the lessons, the
// README.

#pragma once

#include "report/model.h"
#include "report/options.h"

namespace strata::report {

// Errors: kInvalidArgument for a filter that is no regular expression.
Status CheckFilters(const Options& options);
bool Matches(const Options& options, const std::string& id);

// Every page of a suite below `output`, with links to the pages of other kinds that are there.
Status WritePages(const Suite& suite, const std::string& output);

// These return an exit code.
int RunMacro(const Options& options);
int DrawLessons(const Options& options);
int WriteReadme(const Options& options);

}  // namespace strata::report
