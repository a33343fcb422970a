// SPDX-License-Identifier: GPL-2.0-only
#include "text.hpp"

#include "input_error.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

namespace lbs::text {

std::string number(double value, int digits)
{
  char buffer[64];
  auto const end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, digits);
  return {buffer, end.ptr};
}

double to_double(const std::string &word, const std::string &what)
{
  double value = std::numeric_limits<double>::quiet_NaN();
  const char *first = word.data();
  const char *last = first + word.size();
  if (first != last && *first == '+') ++first;    // from_chars takes no leading plus
  auto const end = std::from_chars(first, last, value);
  if (end.ptr != last || end.ec != std::errc() || !std::isfinite(value))
    throw InputError(what + " must be a finite number, not '" + word + "'");
  return value;
}

int to_int(const std::string &word, const std::string &what)
{
  int value = 0;
  auto const end = std::from_chars(word.data(), word.data() + word.size(), value);
  if (end.ptr != word.data() + word.size() || end.ec != std::errc())
    throw InputError(what + " must be an integer, not '" + word + "'");
  return value;
}

bool next_line(std::istream &in, std::string &line, bool first)
{
  if (!std::getline(in, line)) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (first && line.rfind("\xEF\xBB\xBF", 0) == 0) line.erase(0, 3);
  return true;
}

std::vector<std::string> words(const std::string &line)
{
  std::istringstream stream(line.substr(0, line.find('#')));
  std::vector<std::string> out;
  for (std::string word; stream >> word;) out.push_back(word);
  return out;
}

std::string joined(const std::vector<std::string> &words)
{
  std::string line;
  for (const auto &word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

std::string first_difference(const std::string &a, const std::string &b)
{
  constexpr std::size_t AROUND = 25;
  auto const end = std::min(a.size(), b.size());
  std::size_t at = 0;
  while (at < end && a[at] == b[at]) ++at;
  std::size_t const begin = at < AROUND ? 0 : at - AROUND;
  return "'" + a.substr(begin, 2 * AROUND) + "' against '" + b.substr(begin, 2 * AROUND) + "'";
}

}    // namespace lbs::text
