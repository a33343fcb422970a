// SPDX-License-Identifier: GPL-2.0-only
// Strict text-to-number conversion and plain number formatting, independent of the locale.
#pragma once

#include <istream>
#include <string>
#include <vector>

namespace lbs::text {

// Shortest text that reads well ("0.4", "1.2345678"): up to `digits` significant digits.
std::string number(double value, int digits = 10);

// The whole word as a finite number; throws InputError that names `what` otherwise.
double to_double(const std::string &word, const std::string &what);

// The whole word as an integer; throws InputError that names `what` otherwise.
int to_int(const std::string &word, const std::string &what);

// The next line of a file that may have been saved on Windows: without a carriage return at its
// end, and the `first` one without a mark of UTF-8. False at the end of the file.
bool next_line(std::istream &in, std::string &line, bool first);

// Words of a line, split at blanks; everything from '#' on is dropped.
std::vector<std::string> words(const std::string &line);

// Words with a blank between them.
std::string joined(const std::vector<std::string> &words);

// Where two texts begin to differ: a few letters of both around there, for messages.
std::string first_difference(const std::string &a, const std::string &b);

}    // namespace lbs::text
