// The figures of a benchmark's page, each with its prose and its data.

#pragma once

#include <string>

#include "report/html.h"
#include "report/model.h"

namespace strata::report {

std::string DensityFigure(const Finding& finding);
std::string RegressionFigure(const Finding& finding);      // Linear mode.
std::string IterationTimesFigure(const Finding& finding);  // Flat mode.
std::string LaunchFigure(const Finding& finding);
// Bootstrap distributions of every statistic, as a grid of small figures.
std::string DistributionFigures(const Finding& finding);

// REQUIRES (all below): finding.baseline.
std::string BothDensitiesFigure(const Finding& finding);
std::string BothRegressionsFigure(const Finding& finding);
std::string ChangeFigures(const Finding& finding, double noise_threshold);

// The interval of each change beside the others; empty if nothing was compared.
std::string ForestFigure(const Suite& suite);

// The members of a group.
std::string ViolinFigure(const std::vector<const Finding*>& members);
// Time over the numeric input, a line for each function; empty if no function has three inputs.
std::string InputFigure(const std::vector<const Finding*>& members);

}  // namespace strata::report
