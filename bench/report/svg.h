// A plot as SVG text: axes with round ticks, lines, areas, points, bands. Colours are classes of
// the page's style sheet, so dark and light need no second drawing. Coordinates have one decimal:
// the same data give the same bytes.

#pragma once

#include <array>
#include <functional>
#include <string>
#include <vector>

namespace strata::report {

std::string Escape(const std::string& text);  // For HTML, in text and in attributes.

struct PlotSize {
  double width = 900;
  double height = 340;
  bool narrow() const { return width < 600; }
};
inline constexpr PlotSize kWide{900, 340};
inline constexpr PlotSize kNarrow{390, 300};

struct Axis {
  std::string label;
  double low = 0;
  double high = 1;
  bool log = false;    // REQUIRES: low > 0.
  bool whole = false;  // Ticks at whole numbers only.
  std::function<std::string(double)> format =
      {};  // Of ticks; default: as few digits as tell them apart.
  std::vector<std::string> rows =
      {};  // Names in place of numbers: row i is at i, the first on top.
};

// The classes of the style sheet that lines are drawn in, in this order.
inline constexpr std::array<const char*, 6> kLineStyles = {"blue", "amber",  "green",
                                                           "red",  "violet", "teal"};

class Plot {
 public:
  // `about` is read to those who don't see the plot.
  Plot(PlotSize size, Axis x, Axis y, std::string about);

  void Line(const std::vector<double>& x, const std::vector<double>& y, const std::string& style);
  // Between the line and the bottom (or `base`).
  void Area(const std::vector<double>& x, const std::vector<double>& y, const std::string& style,
            double base = 0);
  void Polygon(const std::vector<double>& x, const std::vector<double>& y,
               const std::string& style);
  void Point(double x, double y, const std::string& style, double radius = 2.6);
  void Vertical(double x, const std::string& style, const std::string& label = "");
  void Horizontal(double y, const std::string& style, const std::string& label = "");
  void VerticalBand(double from, double to, const std::string& style);
  void Bar(double from, double to, double y, double half_height, const std::string& style);
  void Text(double x, double y, const std::string& text, const std::string& style);
  // In the order given, above the plot.
  void Legend(const std::vector<std::pair<std::string, std::string>>& style_and_label);

  std::string Finish() const;

 private:
  double X(double value) const;
  double Y(double value) const;
  std::string Grid() const;
  std::string PathOf(const std::vector<double>& x, const std::vector<double>& y) const;

  PlotSize size_;
  Axis x_;
  Axis y_;
  std::string about_;
  double left_ = 64;
  double right_ = 14;
  double top_ = 12;
  double bottom_ = 46;
  std::string marks_;
  std::string legend_;
};

// Round numbers (1, 2 or 5 times a power of ten) between low and high, about `count` of them.
std::vector<double> Ticks(double low, double high, int count, bool log);
// The fewest digits that tell these ticks apart.
std::string TickText(double value, double step);

}  // namespace strata::report
