// SPDX-License-Identifier: GPL-2.0-only
#include "report.hpp"

#include "support/text.hpp"

#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace lbs::fmp::fit {

namespace {

using State = ParameterStatistics::State;

// Correlations above it are worth a word.
constexpr double STRONG = 0.95;

__attribute__((format(printf, 1, 2))) std::string line(const char *form, ...)
{
  char buffer[512];
  va_list arguments;
  va_start(arguments, form);
  std::vsnprintf(buffer, sizeof buffer, form, arguments);
  va_end(arguments);
  return buffer;
}

std::string error_text(const ParameterStatistics &p)
{
  if (p.state == State::AT_BOUND) return "at its bound";
  if (p.state == State::UNDETERMINED) return "not determined";
  return line("%.3g", p.error);
}

std::string parameter_table(const FitInput &input, const std::vector<double> &values,
                            const FitStatistics &statistics)
{
  std::string out =
      line("%-18s %16s %16s %16s  %s\n", "parameter", "start", "fitted", "standard error", "unit");
  for (std::size_t k = 0; k < values.size(); ++k)
    out +=
        line("%-18s %16.9g %16.9g %16s  %s\n", input.free[k].name.c_str(), input.free[k].start,
             values[k], error_text(statistics.parameters[k]).c_str(), input.free[k].unit.c_str());
  return out;
}

std::string free_direction_text(const FitInput &input, const FitStatistics &statistics)
{
  std::string out;
  for (auto const &direction : statistics.free_directions) {
    std::string names;
    for (auto const k : direction) names += (names.empty() ? "" : ", ") + input.free[k].name;
    out += direction.size() > 1
               ? "The frames determine only a combination of " + names +
                     "; fix one or give it a prior.\n"
               : "The frames do not determine " + names + "; fix it or give it a prior.\n";
  }
  return out;
}

std::string correlation_text(const FitInput &input, const FitStatistics &statistics)
{
  std::string out;
  auto const n = statistics.correlation.rows();
  for (Eigen::Index a = 0; a < n; ++a)
    for (Eigen::Index b = 0; b < a; ++b)
      if (std::fabs(statistics.correlation(a, b)) > STRONG)
        out += line("%s and %s: %.4f\n", input.free[static_cast<std::size_t>(a)].name.c_str(),
                    input.free[static_cast<std::size_t>(b)].name.c_str(),
                    statistics.correlation(a, b));
  if (!out.empty()) out = "Strong correlations\n" + out + "\n";
  out += "All correlations\n";
  for (Eigen::Index a = 0; a < n; ++a) {
    out += line("%-18s", input.free[static_cast<std::size_t>(a)].name.c_str());
    for (Eigen::Index b = 0; b <= a; ++b) out += line(" %7.3f", statistics.correlation(a, b));
    out += "\n";
  }
  return out;
}

std::string deviation_line(const std::string &name, const Deviations &d)
{
  auto const cells = [](const Deviation &of, double unit) {
    return of.count == 0
               ? line(" %8s %8s %8s", "-", "-", "-")
               : line(" %8.3g %8.3g %8.3g", unit * of.mean(), unit * of.root(), unit * of.largest);
  };
  return line("%-36s", name.c_str()) + cells(d.energy, 1.0e3) + cells(d.force, 1.0) +
         cells(d.stress, 1.0) + "\n";
}

std::string deviation_head()
{
  return line("%-36s %26s %26s %26s\n", "", "energy (meV/atom)", "force (eV/A)", "stress (GPa)") +
         line("%-36s", "composition") + line(" %8s %8s %8s", "mean", "rms", "largest") +
         line(" %8s %8s %8s", "mean", "rms", "largest") +
         line(" %8s %8s %8s\n", "mean", "rms", "largest");
}

// Frames of a condition that have an energy.
long energies_of(const FitData &data, std::size_t condition)
{
  long count = 0;
  for (auto const &frame : data.frames)
    if (frame.condition == condition && frame.labels.energy) ++count;
  return count;
}

}    // namespace

std::string report_text(const FitInput &input, const FitData &data, const FitOutcome &outcome,
                        const FitStatistics &statistics, const DeviationTable &table)
{
  std::string out = line("%s after %d steps; loss %.6g, %.4g for each degree of freedom\n\n",
                         outcome.converged ? "Converged" : "Not converged", outcome.state.steps,
                         outcome.loss, statistics.variance);
  out += parameter_table(input, values_of(input.free, outcome.state), statistics) + "\n";
  auto const undetermined = free_direction_text(input, statistics);
  if (!undetermined.empty()) out += undetermined + "\n";
  out += correlation_text(input, statistics) + "\n";
  out += "Deviations of absolute size, root mean square, largest\n" + deviation_head();
  for (std::size_t c = 0; c < data.conditions.size(); ++c)
    out += deviation_line(data.conditions[c].name, table.conditions[c]);
  out += deviation_line("all", table.all);
  for (std::size_t c = 0; c < data.conditions.size(); ++c)
    if (input.reference == EnergyReference::COMPOSITION && energies_of(data, c) == 1)
      out += "\n" + data.conditions[c].name +
             " has an energy of one frame only, which its offset takes up.\n";
  return out;
}

std::string parity_text(const FitData &data, const Loss::Predictions &predictions)
{
  std::string out = "# energies in eV an atom, those of the potential with the offset of the last "
                    "column; forces in eV/A; stress in GPa\n"
                    "# kind set frame item label potential offset\n";
  constexpr char AXES[] = "xyz";
  const char *const components[] = {"xx", "yy", "zz", "xy", "xz", "yz"};
  for (std::size_t f = 0; f < data.frames.size(); ++f) {
    auto const &frame = data.frames[f];
    auto const &values = predictions.values[f];
    auto const n = static_cast<double>(frame.atoms());
    double const offset = predictions.offsets[static_cast<Eigen::Index>(f)] / n;
    auto const row = [&](const char *kind, const std::string &item, double label, double value) {
      out += line("%s %zu %zu %s %.12g %.12g %.12g\n", kind, frame.set + 1, frame.number,
                  item.c_str(), label, value, kind[0] == 'e' ? offset : 0.0);
    };
    if (frame.labels.energy)
      row("energy", "all", *frame.labels.energy / n, values[ENERGY_ROW] / n + offset);
    for (std::size_t i = 0; i < frame.labels.force.size(); ++i)
      for (std::size_t c = 0; has_force(frame.labels, i) && c < 3; ++c)
        row("force", std::to_string(i + 1) + AXES[c], frame.labels.force[i][c],
            values[static_cast<Eigen::Index>(FORCE_ROW + 3 * i + c)]);
    for (std::size_t k = 0; frame.labels.virial && k < 6; ++k)
      row("stress", components[k], (*frame.labels.virial)[LABEL_PLACE[k]] / frame.volume * GPA,
          values[static_cast<Eigen::Index>(VIRIAL_ROW + k)] / frame.volume * GPA);
  }
  return out;
}

std::string cross_validation_text(const FitInput &input, const FitData &data,
                                  const std::vector<LeftOut> &left_out)
{
  std::string out =
      "\nCross-validation: each composition with the fit to all frames, and with that "
      "to all but its own\n" +
      deviation_head();
  for (std::size_t c = 0; c < left_out.size(); ++c) {
    out += deviation_line(data.conditions[c].name, left_out[c].fitted);
    out += deviation_line("  without it", left_out[c].predicted);
  }
  out += "\nParameters without each composition\n" + line("%-18s", "without");
  for (std::size_t c = 0; c < left_out.size(); ++c) out += line(" %13zu", c + 1);
  out += "\n";
  for (std::size_t k = 0; k < input.free.size(); ++k) {
    out += line("%-18s", input.free[k].name.c_str());
    for (auto const &one : left_out) out += line(" %13.7g", one.values[k]);
    out += "\n";
  }
  return out;
}

std::vector<std::string> provenance(const FitInput &input, const FitData &data,
                                    const FitOutcome &outcome, const FitStatistics &statistics,
                                    const DeviationTable &table)
{
  std::vector<std::string> lines = {
      "Fitted by fmp fit from " + input.source + " to " + std::to_string(data.frames.size()) +
          " frames; digest of the frames:",
      "  " + data.digest, outcome.converged ? "The fit converged." : "The fit did NOT converge."};
  auto const values = values_of(input.free, outcome.state);
  for (std::size_t k = 0; k < values.size(); ++k)
    lines.push_back(line("  %-18s %.9g, standard error %s %s", input.free[k].name.c_str(),
                         values[k], error_text(statistics.parameters[k]).c_str(),
                         input.free[k].unit.c_str()));
  lines.push_back(line("Root mean square deviations: energy %.4g meV/atom, force %.4g eV/A, "
                       "stress %.4g GPa",
                       1.0e3 * table.all.energy.root(), table.all.force.root(),
                       table.all.stress.root()));
  for (auto const &condition : data.conditions) lines.push_back("  fitted at " + condition.name);
  return lines;
}

}    // namespace lbs::fmp::fit
