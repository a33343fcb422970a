// SPDX-License-Identifier: GPL-2.0-only
// The subcommands of the program `deepsea`; each adds itself to the command line. What they throw
// (InputError) the program reports.
#pragma once

namespace CLI {
class App;
}

namespace lbs::deepsea {

void add_convert(CLI::App &program);
void add_export(CLI::App &program);
void add_info(CLI::App &program);
void add_eval(CLI::App &program);
void add_test(CLI::App &program);
void add_train(CLI::App &program);

}    // namespace lbs::deepsea
