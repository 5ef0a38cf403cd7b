// The pages of the report as HTML that needs nothing else: no script, no font, no link out of its
// folder.
//
// Each plot is drawn twice, for a wide and for a narrow window, and the style sheet shows the one
// that fits. The same data give the same bytes.

#pragma once

#include <string>
#include <vector>

#include "report/model.h"

namespace strata::report {

// report/index.html: every benchmark, the verdicts, links to groups and to `extra` pages, the card.
struct ExtraPage {
  std::string title;
  std::string link;  // Relative to the index.
  std::string text;
};
std::string IndexPage(const Suite& suite, const std::vector<ExtraPage>& extra);

// <group>/report/index.html: the members of a group beside each other.
std::string GroupPage(const Suite& suite, const std::string& group);

// <group>/<function>/<value>/report/index.html.
std::string BenchmarkPage(const Suite& suite, const Finding& finding);

}  // namespace strata::report
