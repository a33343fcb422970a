// SPDX-License-Identifier: GPL-2.0-only
// fmp fit INPUT.json

#include "fmp_commands.hpp"
#include "program.hpp"

#include "fmp/fit/checkpoint.hpp"
#include "fmp/fit/report.hpp"
#include "fmp/potential_text.hpp"
#include "support/file_lock.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"

#include <CLI/CLI.hpp>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <memory>
#include <string>

namespace lbs::fmp {

namespace {

namespace fs = std::filesystem;

using namespace fit;

struct FitOptions {
  std::string input;
  CheckpointOptions checkpoint;
  int threads = 1;
};

std::string today()
{
  std::time_t const now = std::time(nullptr);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", std::localtime(&now));
  return text;
}

// One fit with its files.
class Run {
 public:
  explicit Run(const FitOptions &options)
      : options_(options), input_(read_fit_input(options.input)),
        lock_(input_.name + ".lock", "name"), checkpoint_(input_.name + ".ckpt"),
        data_(read_fit_data(input_, options.threads)), loss_(input_, data_, options.threads),
        state_(start_of(input_.free))
  {
    check_source();
    check_checkpoint(input_.name, input_.name + ".fmp", options.checkpoint);
    if (options.checkpoint.restart) state_ = read_checkpoint(kept(state_), checkpoint_);
  }

  void go()
  {
    note_stop_signals();
    std::printf("%zu frames of %zu compositions, %ld deviations, %zu free parameters\n",
                data_.frames.size(), data_.conditions.size(), loss_.rows(), input_.free.size());
    refuse_without_data();
    if (input_.cross_validation && data_.conditions.size() < 2)
      throw InputError(
          "cross_validation leaves out one composition after the other, but all frames "
          "are of " +
          data_.conditions.front().name + "; add frames of others, or take it out");
    auto const outcome =
        minimize(loss_, input_, state_, [this](const FitState &state, double loss) {
          std::printf("step %d: loss %.10g\n", state.steps, loss);
          std::fflush(stdout);
          write_checkpoint(kept(state), checkpoint_);
          return !stop_is_asked();
        });
    if (outcome.stopped) {
      std::printf("stopped at step %d; go on with --restart\n", outcome.state.steps);
      return;
    }
    write_checkpoint(kept(outcome.state), checkpoint_);
    write_results(outcome);
  }

 private:
  FitOptions options_;
  FitInput input_;
  FileLock lock_;
  std::string checkpoint_;
  FitData data_;
  Loss loss_;
  FitState state_;

  [[nodiscard]] FitCheckpoint kept(const FitState &state) const
  {
    return {input_.text, input_.source_text, data_.digest, state};
  }

  void check_source() const
  {
    auto const result = input_.name + ".fmp";
    if (fs::exists(result) && fs::equivalent(result, input_.source_path))
      throw InputError("this fit would write over " + input_.source_path +
                       ", with which it begins; give name another value");
  }

  // A parameter that nothing in the frames depends on is a mistake, unless it has a prior.
  void refuse_without_data() const
  {
    auto const triangle = loss_.triangle(values_of(input_.free, state_));
    for (std::size_t k = 0; k < input_.free.size(); ++k)
      if (triangle.col(static_cast<Eigen::Index>(k)).squaredNorm() == 0.0)
        throw InputError("nothing in the frames depends on '" + input_.free[k].name +
                         "': take it out of free, or add frames that have it");
  }

  void write_results(const FitOutcome &outcome)
  {
    auto const values = values_of(input_.free, outcome.state);
    auto const found = statistics(loss_.triangle(values), loss_.rows(), input_.free, values);
    auto const predictions = loss_.predictions(values);
    auto const table = deviations(data_, predictions);
    auto report = report_text(input_, data_, outcome, found, table);
    std::printf("\n%s", report.c_str());
    std::fflush(stdout);
    auto file = with_values(input_.file, input_.free, values);
    file.name = input_.title;
    file.date = today();
    write_bytes(potential_text(file, provenance(input_, data_, outcome, found, table)),
                input_.name + ".fmp");
    write_bytes(parity_text(data_, predictions), input_.name + "-parity.txt");
    if (input_.cross_validation) report += validated(outcome.state);
    if (stop_is_asked()) {
      std::printf("stopped before the report was whole; --restart writes it\n");
      return;
    }
    write_bytes(report, input_.name + "-report.txt");
  }

  [[nodiscard]] std::string validated(const FitState &state) const
  {
    auto const left_out = cross_validate(input_, data_, options_.threads, state,
                                         [](const FitState &, double) { return !stop_is_asked(); });
    if (stop_is_asked()) return {};
    auto text = cross_validation_text(input_, data_, left_out);
    std::printf("%s", text.c_str());
    return text;
  }
};

}    // namespace

void add_fit(CLI::App &program)
{
  auto const options = std::make_shared<FitOptions>();
  auto *command =
      program.add_subcommand("fit", "fit a potential file to forces, energies and stresses");
  command->add_option("INPUT", options->input, "JSON file; see the manual")->required();
  add_checkpoint_options(*command, options->checkpoint);
  command->add_option("--threads", options->threads, "threads")->check(CLI::Range(1, 1024));
  command->callback([options] {
    Run(*options).go();
    end_as_asked();
  });
}

}    // namespace lbs::fmp
