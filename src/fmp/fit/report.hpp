// SPDX-License-Identifier: GPL-2.0-only
// What a fit writes for people to read and plot.
#pragma once

#include "cross_validation.hpp"
#include "minimizer.hpp"
#include "statistics.hpp"

#include <string>
#include <vector>

namespace lbs::fmp::fit {

// Parameters with errors, what is correlated or not determined, deviations by composition.
std::string report_text(const FitInput &input, const FitData &data, const FitOutcome &outcome,
                        const FitStatistics &statistics, const DeviationTable &table);

// Columns: kind, set, frame, what of it, label, potential; the first lines tell units.
std::string parity_text(const FitData &data, const Loss::Predictions &predictions);

// Table of a cross-validation.
std::string cross_validation_text(const FitInput &input, const FitData &data,
                                  const std::vector<LeftOut> &left_out);

// Comments that stand in the fitted potential file.
std::vector<std::string> provenance(const FitInput &input, const FitData &data,
                                    const FitOutcome &outcome, const FitStatistics &statistics,
                                    const DeviationTable &table);

}    // namespace lbs::fmp::fit
