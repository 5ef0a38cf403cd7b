#include "report/svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace strata::report {
namespace {

constexpr double kCharWidth = 6.6;  // Of the 12 px font, about.

std::string N(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.1f", value);
  return text;
}

std::string Element(const std::string& name, const std::string& style, const std::string& rest) {
  return "<" + name + " class=\"" + style + "\" " + rest + "/>\n";
}

std::string Attribute(const char* name, double value) {
  return std::string(name) + "=\"" + N(value) + "\" ";
}

std::string LineElement(const std::string& style, double x1, double y1, double x2, double y2) {
  return Element(
      "line", style,
      Attribute("x1", x1) + Attribute("y1", y1) + Attribute("x2", x2) + Attribute("y2", y2));
}

std::string TextElement(const std::string& style, double x, double y, const std::string& text,
                        const std::string& anchor = "middle") {
  return "<text class=\"" + style + "\" x=\"" + N(x) + "\" y=\"" + N(y) + "\" text-anchor=\"" +
         anchor + "\">" + Escape(text) + "</text>\n";
}

std::string ShortNumber(double value) {
  const double size = std::abs(value);
  char text[32];
  if (size >= 1e9)
    std::snprintf(text, sizeof(text), "%gG", value / 1e9);
  else if (size >= 1e6)
    std::snprintf(text, sizeof(text), "%gM", value / 1e6);
  else if (size >= 1e4)
    std::snprintf(text, sizeof(text), "%gk", value / 1e3);
  else
    std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

// As many bytes as whole characters allow, with an ellipsis when something is cut.
std::string Cut(const std::string& text, std::size_t characters) {
  std::size_t seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] & 0xc0) != 0x80 && seen++ == characters) return text.substr(0, i) + "…";
  }
  return text;
}

double StepOf(const std::vector<double>& ticks, bool log) {
  if (log) return ticks.empty() ? 1 : std::min(ticks[0], 1.0);
  return ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
}

constexpr int kTicksOfY = 6;

// For the longest number, and the label that stands upright beside it.
double RoomForTicks(const Axis& axis) {
  const std::vector<double> ticks = Ticks(axis.low, axis.high, kTicksOfY, axis.log);
  const double step = StepOf(ticks, axis.log);
  std::size_t longest = 3;
  for (const double tick : ticks) {
    longest = std::max(longest, (axis.format ? axis.format(tick) : TickText(tick, step)).size());
  }
  return 32 + kCharWidth * static_cast<double>(longest);
}

}  // namespace

std::string Escape(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::vector<double> Ticks(double low, double high, int count, bool log) {
  std::vector<double> ticks;
  if (!(high > low)) return {low};
  if (log) {
    const int first = static_cast<int>(std::floor(std::log10(low)));
    const int last = static_cast<int>(std::ceil(std::log10(high)));
    const int step = std::max(1, (last - first + count - 1) / std::max(count, 1));
    const bool fine = last - first <= 2;
    for (int power = first; power <= last; power += step) {
      for (const double digit : {1.0, 2.0, 5.0}) {
        const double tick = digit * std::pow(10, power);
        if (tick >= low * 0.9999 && tick <= high * 1.0001 && (fine || digit == 1))
          ticks.push_back(tick);
      }
    }
    return ticks;
  }
  const double raw = (high - low) / std::max(count, 1);
  const double power = std::pow(10, std::floor(std::log10(raw)));
  const double digit = raw / power;
  const double step = (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10) * power;
  for (double i = std::ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i) {
    ticks.push_back(i == 0 ? 0 : i * step);
  }
  return ticks;
}

std::string TickText(double value, double step) {
  if (step >= 1 || step <= 0) return ShortNumber(value);
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", static_cast<int>(std::ceil(-std::log10(step) - 1e-9)),
                value);
  return text;
}

Plot::Plot(PlotSize size, Axis x, Axis y, std::string about)
    : size_(size), x_(std::move(x)), y_(std::move(y)), about_(std::move(about)) {
  if (y_.rows.empty()) {
    left_ = y_.label.empty() ? 14 : RoomForTicks(y_);
    return;
  }
  std::size_t longest = 0;
  for (std::string& row : y_.rows) {
    row = Cut(row, size_.narrow() ? 18 : 34);
    longest = std::max(longest, row.size());
  }
  left_ = std::min(20 + kCharWidth * static_cast<double>(longest), size_.width * 0.45);
}

double Plot::X(double value) const {
  const double share =
      x_.log ? std::log(std::max(value, x_.low * 1e-3) / x_.low) / std::log(x_.high / x_.low)
             : (value - x_.low) / (x_.high - x_.low);
  return left_ + std::clamp(share, -0.05, 1.05) * (size_.width - left_ - right_);
}

double Plot::Y(double value) const {
  const double room = size_.height - top_ - bottom_;
  const double share =
      y_.log ? std::log(std::max(value, y_.low * 1e-3) / y_.low) / std::log(y_.high / y_.low)
             : (value - y_.low) / (y_.high - y_.low);
  const double place = std::clamp(share, -0.05, 1.05) * room;
  return y_.rows.empty() ? size_.height - bottom_ - place : top_ + place;
}

std::string Plot::PathOf(const std::vector<double>& x, const std::vector<double>& y) const {
  std::string path;
  for (std::size_t i = 0; i < x.size(); ++i) {
    path += (i == 0 ? "M" : "L") + N(X(x[i])) + " " + N(Y(y[i]));
  }
  return path;
}

void Plot::Line(const std::vector<double>& x, const std::vector<double>& y,
                const std::string& style) {
  if (!x.empty()) marks_ += Element("path", "line " + style, "d=\"" + PathOf(x, y) + "\"");
}

void Plot::Area(const std::vector<double>& x, const std::vector<double>& y,
                const std::string& style, double base) {
  if (x.empty()) return;
  const std::string path = PathOf(x, y) + "L" + N(X(x.back())) + " " + N(Y(base)) + "L" +
                           N(X(x.front())) + " " + N(Y(base)) + "Z";
  marks_ += Element("path", "area " + style, "d=\"" + path + "\"");
}

void Plot::Polygon(const std::vector<double>& x, const std::vector<double>& y,
                   const std::string& style) {
  if (!x.empty()) marks_ += Element("path", "area " + style, "d=\"" + PathOf(x, y) + "Z\"");
}

void Plot::Point(double x, double y, const std::string& style, double radius) {
  marks_ += Element("circle", "dot " + style,
                    Attribute("cx", X(x)) + Attribute("cy", Y(y)) + Attribute("r", radius));
}

void Plot::Vertical(double x, const std::string& style, const std::string& label) {
  if (x < x_.low || x > x_.high) return;
  marks_ += LineElement("line " + style, X(x), top_, X(x), size_.height - bottom_);
  if (label.empty()) return;
  const bool right_half = X(x) > size_.width * 0.6;
  marks_ += TextElement("label", X(x) + (right_half ? -5 : 5), top_ + 11, label,
                        right_half ? "end" : "start");
}

void Plot::Horizontal(double y, const std::string& style, const std::string& label) {
  if (y < y_.low || y > y_.high) return;
  marks_ += LineElement("line " + style, left_, Y(y), size_.width - right_, Y(y));
  if (!label.empty())
    marks_ += TextElement("label", size_.width - right_ - 4, Y(y) - 5, label, "end");
}

void Plot::VerticalBand(double from, double to, const std::string& style) {
  from = std::clamp(from, x_.low, x_.high);
  to = std::clamp(to, x_.low, x_.high);
  marks_ += Element("rect", "area " + style,
                    Attribute("x", X(from)) + Attribute("y", top_) +
                        Attribute("width", std::max(X(to) - X(from), 0.5)) +
                        Attribute("height", size_.height - top_ - bottom_));
}

void Plot::Bar(double from, double to, double y, double half_height, const std::string& style) {
  const double x1 = X(std::min(from, to));
  const double x2 = X(std::max(from, to));
  marks_ += Element("rect", style,
                    Attribute("x", x1) + Attribute("y", Y(y) - half_height) +
                        Attribute("width", std::max(x2 - x1, 1.0)) +
                        Attribute("height", 2 * half_height) + "rx=\"2\"");
}

void Plot::Text(double x, double y, const std::string& text, const std::string& style) {
  const bool right_half = X(x) > size_.width * 0.75;
  marks_ += TextElement("label " + style, X(x) + (right_half ? -6 : 6), Y(y) + 4, text,
                        right_half ? "end" : "start");
}

void Plot::Legend(const std::vector<std::pair<std::string, std::string>>& style_and_label) {
  double x = y_.rows.empty() ? left_ : 14;
  double y = 14;
  for (const auto& [style, label] : style_and_label) {
    const auto characters = static_cast<double>(
        std::count_if(label.begin(), label.end(), [](char c) { return (c & 0xc0) != 0x80; }));
    const double width = 24 + kCharWidth * characters;
    if (x + width > size_.width && x > left_) {
      x = y_.rows.empty() ? left_ : 14;
      y += 18;
    }
    legend_ +=
        Element("rect", "key " + style,
                Attribute("x", x) + Attribute("y", y - 9) + "width=\"12\" height=\"9\" rx=\"2\"");
    legend_ += TextElement("label", x + 17, y, label, "start");
    x += width + 10;
  }
  top_ = y + 16;
}

std::string Plot::Grid() const {
  std::string out;
  const double bottom = size_.height - bottom_;
  const auto draw = [&](const Axis& axis, int count, bool is_x) {
    const std::vector<double> ticks = Ticks(axis.low, axis.high, count, axis.log);
    const double step = StepOf(ticks, axis.log);
    for (const double tick : ticks) {
      if (axis.whole && tick != std::round(tick)) continue;
      const std::string text = axis.format ? axis.format(tick) : TickText(tick, step);
      if (is_x) {
        out += LineElement("grid", X(tick), top_, X(tick), bottom);
        out += TextElement("tick", X(tick), bottom + 17, text);
      } else {
        out += LineElement("grid", left_, Y(tick), size_.width - right_, Y(tick));
        out += TextElement("tick", left_ - 7, Y(tick) + 4, text, "end");
      }
    }
  };
  draw(x_, size_.narrow() ? 4 : 8, true);
  if (!y_.rows.empty()) {
    for (std::size_t i = 0; i < y_.rows.size(); ++i) {
      out += TextElement("tick", left_ - 8, Y(static_cast<double>(i)) + 4, y_.rows[i], "end");
    }
  } else if (!y_.label.empty()) {
    draw(y_, kTicksOfY, false);
    out += "<text class=\"axis\" transform=\"translate(13 " + N((top_ + bottom) / 2) +
           ") rotate(-90)\" text-anchor=\"middle\">" + Escape(y_.label) + "</text>\n";
  }
  out += LineElement("frame", left_, bottom, size_.width - right_, bottom);
  out += TextElement("axis", (left_ + size_.width - right_) / 2, size_.height - 8, x_.label);
  return out;
}

std::string Plot::Finish() const {
  return "<svg viewBox=\"0 0 " + N(size_.width) + " " + N(size_.height) +
         "\" style=\"max-width:" + N(size_.width) + "px\" role=\"img\" aria-label=\"" +
         Escape(about_) + "\">\n" + Grid() + marks_ + legend_ + "</svg>\n";
}

}  // namespace strata::report
