// The frame of a page, and the pieces that all pages are made of.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/model.h"
#include "report/svg.h"

namespace strata::report {

struct Crumb {
  std::string text;
  std::string link;  // Empty: the page itself.
};
std::string Page(const std::string& title, const std::vector<Crumb>& path, const std::string& body);

std::string Paragraph(const std::string& text);  // Plain text.
std::string Heading(int level, const std::string& text);
std::string Link(const std::string& to, const std::string& text);

// Cells are HTML. Columns of which every cell looks like a number stand to the right; the whole
// scrolls sideways when the window is too narrow.
std::string Table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows);

// A plot in both widths, what to see in it, and its data as a table that folds away.
struct FigureText {
  std::string title;
  std::string reading;  // How to read it: plain text.
  std::vector<std::string> head;
  std::vector<std::vector<std::string>> rows;
};
std::string Figure(const FigureText& text, const std::function<std::string(PlotSize)>& draw);
// Of another shape: heights differ with the number of rows.
std::string FigureOfHeight(const FigureText& text, double height,
                           const std::function<std::string(PlotSize)>& draw);
// Several small figures beside each other.
std::string FigureGrid(const std::vector<std::string>& figures);
std::string SmallFigure(const FigureText& text, const std::function<std::string(PlotSize)>& draw);

std::string EnvironmentSection(const EnvironmentCard& card);
// A coloured word: "improved", "regressed", ...
std::string VerdictBadge(Verdict verdict);

}  // namespace strata::report
