#include <popfetch/cli/main.hpp>

int main(int argc, char** argv)
{
    return popfetch::cli::main(argc, argv);
}
