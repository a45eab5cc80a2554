#include "stream_bio.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace popfetch::net {

namespace {

constexpr std::size_t first_bytes_kept = 16;

Transport& transport_of(BIO* bio) { return *static_cast<Transport*>(BIO_get_data(bio)); }

int read(BIO* bio, char* into, int size)
{
    Transport& transport = transport_of(bio);
    BIO_clear_retry_flags(bio);
    if (!transport.may_wait) {
        BIO_set_retry_read(bio);
        return -1;
    }
    try {
        const auto count = transport.stream->read_some({into, static_cast<std::size_t>(size)}, transport.deadline);
        const auto room = first_bytes_kept - transport.first_bytes.size();
        transport.first_bytes.append(into, std::min(count, room));
        transport.ended = count == 0;
        return static_cast<int>(count);
    } catch (...) {
        transport.failure = std::current_exception();
        return -1;
    }
}

int write(BIO* bio, const char* bytes, int size)
{
    Transport& transport = transport_of(bio);
    BIO_clear_retry_flags(bio);
    try {
        transport.stream->write_all({bytes, static_cast<std::size_t>(size)}, transport.deadline);
        return size;
    } catch (...) {
        transport.failure = std::current_exception();
        return -1;
    }
}

long control(BIO* bio, int command, long, void*)
{
    if (command == BIO_CTRL_EOF) return transport_of(bio).ended ? 1 : 0;
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

int create(BIO* bio)
{
    BIO_set_init(bio, 1);
    return 1;
}

BioMethod make_method()
{
    BioMethod method{BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "popfetch stream")};
    if (!method) throw std::bad_alloc{};
    BIO_meth_set_read(method.get(), read);
    BIO_meth_set_write(method.get(), write);
    BIO_meth_set_ctrl(method.get(), control);
    BIO_meth_set_create(method.get(), create);
    return method;
}

}

void Transport::rethrow()
{
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
}

Bio bio_over(Transport& transport)
{
    static const BioMethod method = make_method();
    Bio bio{BIO_new(method.get())};
    if (!bio) throw std::bad_alloc{};
    BIO_set_data(bio.get(), &transport);
    return bio;
}

}
