// SPDX-License-Identifier: GPL-2.0-only
// Writes MODEL.bytes beside a model file, for a machine without this libtorch:
//
//   model_bytes MODEL
#include "deepsea/file/model_file.hpp"
#include "deepsea/file/model_message.hpp"
#include "support/files.hpp"
#include "support/input_error.hpp"

#include <iostream>

int main(int count, char **words)
{
  if (count != 2) {
    std::cerr << "model_bytes: give the name of a model file\n";
    return 1;
  }
  try {
    std::string const path = words[1];
    lbs::write_bytes(lbs::deepsea::to_message(lbs::deepsea::read_model(path)), path + ".bytes");
  } catch (const lbs::InputError &e) {
    std::cerr << "model_bytes: " << e.what() << '\n';
    return 1;
  }
  return 0;
}
