#include <popfetch/base/printable.hpp>
#include <popfetch/fetch/run.hpp>

namespace popfetch::fetch {

namespace {

std::string text_of(std::string_view verb, const pop3::Message& message, const base::Error& cause)
{
    std::string text = cause.what();
    text += "; it broke off at " + std::string{verb} + " of message " + std::to_string(message.number);
    if (message.identified()) text += " (UID " + base::printable(message.uid) + ")";
    return text;
}

}

MessageBroke::MessageBroke(std::string_view verb, const pop3::Message& message, const base::Error& cause)
    : base::Error{cause.status(), cause.kind(), text_of(verb, message, cause),
                  message.identified() ? "the next run leaves that message out and does the rest" : ""},
      verb_{verb}
{
}

}
