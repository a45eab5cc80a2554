// A whole message made readable: the parts are walked, text is gathered, everything else is named.

#include <algorithm>
#include <utility>

#include <popfetch/base/ascii.hpp>
#include <popfetch/base/printable.hpp>
#include <popfetch/mail/summary.hpp>

#include "bounds.hpp"
#include "charset.hpp"
#include "content.hpp"
#include "gmime.hpp"
#include "header_fields.hpp"
#include "html.hpp"

namespace popfetch::mail {

namespace {

// What a person can take in, and far more than honest mail has.
constexpr std::size_t most_text = 1U << 20U; // octets
constexpr unsigned most_parts = 500, deepest = 32;
constexpr std::size_t longest_name = 255; // octets

std::string text_or_empty(const char* text) { return text == nullptr ? std::string{} : base::valid_utf8(text); }

std::string media_type_of(GMimeObject* part)
{
    GMimeContentType* const type = g_mime_object_get_content_type(part);
    const Text text{type == nullptr ? nullptr : g_mime_content_type_get_mime_type(type)};
    return shortened(base::to_lower(text_or_empty(text.get())), longest_name);
}

/// Empty, or nothing but white space: what senders put beside HTML when they have to put something.
bool is_blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

void remove_carriage_returns(std::string& text)
{
    for (std::size_t at = 0; (at = text.find("\r\n", at)) != std::string::npos; ++at) text[at] = '\0';
    std::erase(text, '\0');
}

class Reader {
public:
    using Take = std::function<void(const Attachment&, const Pour&)>;

    /// `take` may be empty.
    Reader(Readable& readable, const Take& take) : readable_{readable}, take_{take} {}

    void read(GMimeObject* object, unsigned depth)
    {
        if (++parts_ > most_parts) return note(parts_note_, "more than 500 parts: the others are not shown");
        if (depth > deepest) return note(depth_note_, "parts within parts within parts: the innermost are not shown");
        if (GMIME_IS_MULTIPART(object)) {
            multipart(GMIME_MULTIPART(object), depth);
        } else if (GMIME_IS_PART(object)) {
            leaf(GMIME_PART(object));
        }
    }

    bool saw_every_part() const { return !parts_note_ && !depth_note_; }

    void finish(bool message_cut)
    {
        bool said = false;
        if (message_cut)
            note(said,
                 "the message is very long, or has very many boundaries or header lines: the rest was not looked at");
        for (const std::string& text : notes_) readable_.text += (readable_.text.empty() ? "[" : "\n[") + text + "]\n";
    }

private:
    void multipart(GMimeMultipart* multipart, unsigned depth)
    {
        GMimeContentType* const type = g_mime_object_get_content_type(GMIME_OBJECT(multipart));
        if (type != nullptr && g_mime_content_type_is_type(type, "multipart", "alternative")) {
            return alternative(multipart, depth);
        }
        const int count = g_mime_multipart_get_count(multipart);
        for (int at = 0; at < count && parts_ <= most_parts; ++at) {
            read(g_mime_multipart_get_part(multipart, at), depth + 1);
        }
    }

    /// Plain text before HTML, whatever the sender's order; what is neither, an invitation say, is listed.
    void alternative(GMimeMultipart* multipart, unsigned depth)
    {
        const int count = g_mime_multipart_get_count(multipart);
        bool shown = false;
        for (const Preference preference : {Preference::plain, Preference::rich, Preference::other}) {
            for (int at = 0; at < count && parts_ <= most_parts; ++at) {
                GMimeObject* const part = g_mime_multipart_get_part(multipart, at);
                if (preference_of(part) != preference) continue;
                if (preference != Preference::other && shown) continue;
                const std::size_t before = readable_.text.size();
                read(part, depth + 1);
                shown = shown || !is_blank(std::string_view{readable_.text}.substr(before));
            }
        }
    }

    enum class Preference { plain, rich, other };

    /// Multiparts hold HTML with its pictures, or are alternatives themselves.
    static Preference preference_of(GMimeObject* part)
    {
        if (GMIME_IS_MULTIPART(part)) return Preference::rich;
        const std::string type = media_type_of(part);
        if (type == "text/plain") return Preference::plain;
        return type == "text/html" ? Preference::rich : Preference::other;
    }

    void leaf(GMimePart* part)
    {
        const std::string type = media_type_of(GMIME_OBJECT(part));
        const char* const disposition = g_mime_object_get_disposition(GMIME_OBJECT(part));
        const bool attached = disposition != nullptr && base::equal_ignoring_case(disposition, "attachment");
        if (!attached && (type == "text/plain" || type == "text/html")) return text(part, type == "text/html");
        readable_.attachments.push_back(
            {shortened(text_or_empty(g_mime_part_get_filename(part)), longest_name), type, size_of_content(part)});
        if (take_) take_(readable_.attachments.back(), [part](base::ByteSink& out) { pour_content(part, out); });
    }

    void text(GMimePart* part, bool is_html)
    {
        const std::size_t room = most_text - std::min(most_text, readable_.text.size());
        const Content content = read_content(part, room);
        const char* const charset = g_mime_object_get_content_type_parameter(GMIME_OBJECT(part), "charset");
        std::string text = to_utf8(content.octets, charset == nullptr ? "" : charset);
        remove_carriage_returns(text);
        if (is_html) text = text_of_html(text);
        if (!is_blank(text)) append(std::move(text), is_html);
        if (content.cut) note(text_note_, "the text is longer than 1M: the rest is not shown");
    }

    void append(std::string text, bool is_html)
    {
        if (!readable_.text.empty()) readable_.text += '\n';
        if (!text.ends_with('\n')) text += '\n';
        readable_.text += text;
        readable_.from_html = readable_.from_html || is_html;
    }

    void note(bool& said, std::string_view text)
    {
        if (!std::exchange(said, true)) notes_.emplace_back(text);
    }

    Readable& readable_;
    const Take& take_;
    unsigned parts_ = 0;
    bool parts_note_ = false, depth_note_ = false, text_note_ = false;
    std::vector<std::string> notes_;
};

/// Without an mbox's line in front, and with the empty line behind the header that some senders leave out; in `room`,
/// where it cannot be done in place.
std::string_view well_formed(std::string_view message, std::string& room)
{
    const auto header = size_of_header(message);
    const auto begin = size_of_mbox_line(message);
    const auto body = message.substr(header);
    if (body.empty() || body.starts_with('\n') || body.starts_with("\r\n")) return message.substr(begin);
    room.assign(message.substr(begin, header - begin)).append("\n").append(body);
    return room;
}

/// A message taken apart. As a part, not as a GMimeMessage: that would parse its addresses at once, whatever they hold.
class Parsed {
public:
    explicit Parsed(std::string_view message)
        : bytes_{reinterpret_cast<guint8*>(const_cast<char*>(message.data())), static_cast<guint>(message.size())}
    {
        const Object<GMimeStream> stream{g_mime_stream_mem_new()};
        g_mime_stream_mem_set_byte_array(GMIME_STREAM_MEM(stream.get()), &bytes_);
        const Object<GMimeParser> parser{g_mime_parser_new_with_stream(stream.get())};
        const Options options = lenient_options();
        object_.reset(g_mime_parser_construct_part(parser.get(), options.get()));
    }
    Parsed(const Parsed&) = delete;
    Parsed& operator=(const Parsed&) = delete;
    ~Parsed() = default;

    GMimeObject* get() const { return object_.get(); }

private:
    GByteArray bytes_; // GMime reads where the message lies: no second copy. It never writes there.
    Object<GMimeObject> object_;
};

}

Readable read(std::string_view message)
{
    const Header header{message};
    Readable readable;
    readable.summary = summarize(header);
    readable.cc = read_addresses(header, "Cc", header.charset());

    const std::string_view looked_at = within({}, message);
    std::string room;
    const Parsed parsed{well_formed(looked_at, room)};
    const Reader::Take nothing;
    Reader reader{readable, nothing};
    if (parsed.get() != nullptr) reader.read(parsed.get(), 0);
    reader.finish(looked_at.size() < message.size());
    return readable;
}

bool take_attachments(std::string_view message, const std::function<void(const Attachment&, const Pour&)>& take)
{
    if (within({}, message).size() < message.size()) return false;
    std::string room;
    const Parsed parsed{well_formed(message, room)};
    if (parsed.get() == nullptr) return true;
    Readable readable;
    Reader reader{readable, take};
    reader.read(parsed.get(), 0);
    return reader.saw_every_part();
}

}
