#include "question.hpp"

#include <iostream>
#include <string>

#include <unistd.h>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/file.hpp>
#include <popfetch/base/interrupt.hpp>

namespace popfetch::cli {

bool ask(std::string_view question)
{
    base::write_all(STDERR_FILENO, std::string{question} + " [y/N] ", "standard error");
    std::string answer;
    std::getline(std::cin, answer);
    base::throw_if_interrupted();
    const auto word = base::to_lower(base::trim(answer));
    return word == "y" || word == "yes";
}

}
