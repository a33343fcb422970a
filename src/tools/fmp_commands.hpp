// SPDX-License-Identifier: GPL-2.0-only
// The subcommands of the program `fmp`; each adds itself to the command line. What they throw
// (InputError) the program reports.
#pragma once

namespace CLI {
class App;
}

namespace lbs::fmp {

void add_fit(CLI::App &program);

}    // namespace lbs::fmp
