/* What server and line alone take: floor ADDRESS PORT clear|tls retr|top COUNT USER PASSWORD
 *
 * Logs in, sends all its RETR (or TOP n 0) and QUIT in one burst, reads what comes, and keeps nothing. Prints how many messages and
 * octets came. Nothing is verified: it is a measuring stick, not a client.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct line {
    int fd;
    SSL* ssl;
    short wants;
};

static void fail(const char* what)
{
    perror(what);
    exit(1);
}

static ssize_t blocked(struct line* line, ssize_t got)
{
    if (!line->ssl) return errno == EAGAIN ? 0 : -1;
    const int why = SSL_get_error(line->ssl, (int)got);
    if (why == SSL_ERROR_WANT_WRITE) line->wants |= POLLOUT;
    return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static ssize_t take(struct line* line, char* into, size_t size)
{
    const ssize_t got = line->ssl ? SSL_read(line->ssl, into, (int)size) : read(line->fd, into, size);
    if (got > 0) return got;
    if (got == 0 && !line->ssl) return -1;
    return blocked(line, got);
}

static ssize_t give(struct line* line, const char* from, size_t size)
{
    const ssize_t put = line->ssl ? SSL_write(line->ssl, from, (int)size) : write(line->fd, from, size);
    return put > 0 ? put : blocked(line, put);
}

/* How often `mark` ends in the new bytes; `before` bytes in front of them are the end of the last piece. */
static long count(const char* data, size_t size, const char* mark)
{
    const size_t length = strlen(mark);
    long found = 0;
    const size_t step = length > 2 ? length - 2 : length; /* the line end may begin the next mark */
    for (const char* at = data; (at = memmem(at, size - (size_t)(at - data), mark, length)); at += step) ++found;
    return found;
}

/* Sends `out`, reads until `mark` came `wanted` times. */
static size_t exchange(struct line* line, const char* out, size_t left, const char* mark, long wanted)
{
    static char buffer[4 + (1 << 18)];
    const size_t keep = strlen(mark) - 1;
    size_t octets = 0;
    long found = 0;
    memset(buffer, 0, sizeof buffer);
    while (left || found < wanted) {
        line->wants = POLLIN;
        const ssize_t put = left ? give(line, out, left) : 0;
        if (put < 0) fail("write");
        out += put, left -= (size_t)put;
        const ssize_t got = take(line, buffer + keep, sizeof buffer - keep);
        if (got < 0) break;
        if (got > 0) {
            found += count(buffer, keep + (size_t)got, mark);
            octets += (size_t)got;
            memmove(buffer, buffer + got, keep);
        } else if (put == 0) {
            struct pollfd wait = {line->fd, (short)(line->wants | (left ? POLLOUT : 0)), 0};
            poll(&wait, 1, -1);
        }
    }
    if (found < wanted) fprintf(stderr, "floor: only %ld of %ld\n", found, wanted), exit(1);
    return octets;
}

static void open_line(struct line* line, char** arguments)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &to.sin_addr);
    line->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(line->fd, (struct sockaddr*)&to, sizeof to) == -1) fail("connect");
    const int yes = 1;
    setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (strcmp(arguments[3], "tls") == 0) {
        line->ssl = SSL_new(SSL_CTX_new(TLS_client_method()));
        SSL_set_mode(line->ssl, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
        SSL_set_fd(line->ssl, line->fd);
        if (SSL_connect(line->ssl) != 1) fail("TLS");
    }
    fcntl(line->fd, F_SETFL, O_NONBLOCK);
}

int main(int argc, char** arguments)
{
    if (argc != 8) return 2;
    signal(SIGPIPE, SIG_IGN);
    struct line line = {-1, NULL, 0};
    const long messages = atol(arguments[5]);
    const int top = strcmp(arguments[4], "top") == 0;
    open_line(&line, arguments);

    char login[512];
    const int length = snprintf(login, sizeof login, "USER %s\r\nPASS %s\r\n", arguments[6], arguments[7]);
    exchange(&line, login, (size_t)length, "\r\n", 3);

    char* burst = malloc((size_t)messages * 24 + 24);
    size_t size = 0;
    for (long n = 1; n <= messages; ++n) size += (size_t)sprintf(burst + size, top ? "TOP %ld 0\r\n" : "RETR %ld\r\n", n);
    size += (size_t)sprintf(burst + size, "QUIT\r\n");
    const size_t octets = exchange(&line, burst, size, "\r\n.\r\n", messages);
    printf("%ld %zu\n", messages, octets);
    return 0;
}
