#include "report/html.h"

#include <algorithm>
#include <cctype>

#include "report/style.h"

namespace strata::report {
namespace {

bool LooksLikeNumber(const std::string& cell) {
  return cell.empty() || cell == "–" || cell.starts_with("−") ||
         std::isdigit(static_cast<unsigned char>(cell[0])) != 0 ||
         ((cell[0] == '-' || cell[0] == '+') && cell.size() > 1);
}

std::string DataTable(const FigureText& text) {
  if (text.rows.empty()) return "";
  return "<details><summary>The data of this plot</summary>" + Table(text.head, text.rows) +
         "</details>\n";
}

std::string MakeFigure(const FigureText& text, PlotSize wide, PlotSize narrow,
                       const std::string& style, const std::function<std::string(PlotSize)>& draw) {
  return "<figure" + (style.empty() ? "" : " class=\"" + style + "\"") + ">\n<h3>" +
         Escape(text.title) + "</h3>\n<div class=\"wide\">" + draw(wide) +
         "</div>\n<div class=\"narrow\">" + draw(narrow) + "</div>\n" +
         (text.reading.empty() ? "" : "<figcaption>" + Escape(text.reading) + "</figcaption>\n") +
         DataTable(text) + "</figure>\n";
}

}  // namespace

std::string Page(const std::string& title, const std::vector<Crumb>& path,
                 const std::string& body) {
  std::string crumbs;
  for (const Crumb& crumb : path) {
    if (!crumbs.empty()) crumbs += " <span class=\"sep\">›</span> ";
    crumbs += crumb.link.empty() ? "<span>" + Escape(crumb.text) + "</span>"
                                 : Link(crumb.link, crumb.text);
  }
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
         "<meta name=\"color-scheme\" content=\"light dark\">\n<title>" +
         Escape(title) + "</title>\n<style>\n" + kStyleSheet + "</style>\n</head>\n<body>\n" +
         (crumbs.empty() ? "" : "<nav>" + crumbs + "</nav>\n") + "<main>\n<h1>" + Escape(title) +
         "</h1>\n" + body + "</main>\n</body>\n</html>\n";
}

std::string Paragraph(const std::string& text) {
  return "<p>" + Escape(text) + "</p>\n";
}

std::string Heading(int level, const std::string& text) {
  const std::string name = "h" + std::to_string(level);
  return "<" + name + ">" + Escape(text) + "</" + name + ">\n";
}

std::string Link(const std::string& to, const std::string& text) {
  return "<a href=\"" + Escape(to) + "\">" + Escape(text) + "</a>";
}

std::string Table(const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  std::vector<bool> numeric(head.size(), true);
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size() && i < head.size(); ++i) {
      numeric[i] = numeric[i] && i > 0 && LooksLikeNumber(row[i]);
    }
  }
  const auto cell = [&](const char* name, std::size_t i, const std::string& text) {
    return std::string("<") + name +
           (i < numeric.size() && numeric[i] && i > 0 ? " class=\"n\"" : "") + ">" + text + "</" +
           name + ">";
  };
  std::string out = "<div class=\"scroll\"><table>\n<thead><tr>";
  for (std::size_t i = 0; i < head.size(); ++i) out += cell("th", i, head[i]);
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : rows) {
    out += "<tr>";
    for (std::size_t i = 0; i < row.size(); ++i) out += cell("td", i, row[i]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>\n";
}

std::string Figure(const FigureText& text, const std::function<std::string(PlotSize)>& draw) {
  return MakeFigure(text, kWide, kNarrow, "", draw);
}

std::string FigureOfHeight(const FigureText& text, double height,
                           const std::function<std::string(PlotSize)>& draw) {
  return MakeFigure(text, {kWide.width, height}, {kNarrow.width, height}, "", draw);
}

std::string SmallFigure(const FigureText& text, const std::function<std::string(PlotSize)>& draw) {
  return MakeFigure(text, {430, 240}, {390, 230}, "small", draw);
}

std::string FigureGrid(const std::vector<std::string>& figures) {
  std::string out = "<div class=\"grid2\">\n";
  for (const std::string& figure : figures) out += figure;
  return out + "</div>\n";
}

std::string EnvironmentSection(const EnvironmentCard& card) {
  std::string out = "<section class=\"card\">\n<h2>The machine</h2>\n";
  for (const std::string& warning : card.warnings)
    out += "<p class=\"warning\">" + Escape(warning) + "</p>\n";
  out += "<dl>\n";
  for (const Fact& fact : card.facts) {
    out += "<div><dt>" + Escape(fact.label) + "</dt><dd>" + Escape(fact.value) + "</dd></div>\n";
  }
  return out + "</dl>\n</section>\n";
}

std::string VerdictBadge(Verdict verdict) {
  const char* const styles[] = {"none", "good", "bad", "noise"};
  return std::string("<span class=\"badge ") + styles[static_cast<int>(verdict)] + "\">" +
         Name(verdict) + "</span>";
}

}  // namespace strata::report
