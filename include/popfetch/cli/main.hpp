#pragma once
// The command line. Nothing below knows of it.

namespace popfetch::cli {

/// Runs one invocation and returns its exit status; every Error ends here, as one line on stderr or one JSON object.
int main(int argc, char** argv);

}
