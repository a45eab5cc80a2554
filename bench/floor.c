/* What server and line alone take: floor ADDRESS PORT clear|tls retr|top user|plain|scram guess|list COUNT USER PASSWORD
 *
 * Logs in, sends all its RETR (or TOP n 0) and QUIT in one burst, reads what comes, and keeps nothing. With "list" it asks for LIST and
 * UIDL first and waits for them, as a client must that does not know what is there. Prints how many messages and octets came. Nothing is
 * verified, the server's SCRAM signature neither: it is a measuring stick, not a client.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
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

/* Sends one line and returns the line that answers. Nothing else may be on its way. */
static char* ask(struct line* line, const char* command)
{
    static char reply[4096];
    size_t size = 0;
    const char* left = command;
    while (size == 0 || reply[size - 1] != '\n') {
        line->wants = POLLIN;
        const ssize_t put = *left ? give(line, left, strlen(left)) : 0;
        if (put < 0) fail("write");
        left += put;
        const ssize_t got = take(line, reply + size, sizeof reply - 1 - size);
        if (got < 0) fail("read");
        size += (size_t)got;
        if (got == 0 && put == 0) {
            struct pollfd wait = {line->fd, (short)(line->wants | (*left ? POLLOUT : 0)), 0};
            poll(&wait, 1, -1);
        }
    }
    reply[size] = '\0';
    if (reply[0] == '-') fprintf(stderr, "floor: %s", reply), exit(1);
    return reply;
}

static void in_base64(char* into, const void* bytes, size_t size) { EVP_EncodeBlock((unsigned char*)into, bytes, (int)size); }

static void login_plain(struct line* line, const char* user, const char* password)
{
    char identity[512], encoded[700], command[800];
    const int size = snprintf(identity, sizeof identity, "%c%s%c%s", 0, user, 0, password);
    in_base64(encoded, identity, (size_t)size);
    snprintf(command, sizeof command, "AUTH PLAIN %s\r\n", encoded);
    ask(line, command);
}

/* RFC 5802 and 7677: two challenges, and an empty response to the second. */
static void login_scram(struct line* line, const char* user, const char* password)
{
    char bare[300], first[400], encoded[2000], command[2100], server[2000], signed_text[3000], final[1500];
    snprintf(bare, sizeof bare, "n=%s,r=floor-measures-1234567890", user);
    snprintf(first, sizeof first, "n,,%s", bare);
    in_base64(encoded, first, strlen(first));
    snprintf(command, sizeof command, "AUTH SCRAM-SHA-256 %s\r\n", encoded);
    char* const challenge = ask(line, command) + 2;
    challenge[strcspn(challenge, "\r\n")] = '\0';
    server[EVP_DecodeBlock((unsigned char*)server, (const unsigned char*)challenge, (int)strlen(challenge))] = '\0';

    char nonce[600], salt_text[300];
    unsigned char salt[300], salted[32], key[32], stored[32], signature[32];
    int count = 0;
    if (sscanf(server, "r=%599[^,],s=%299[^,],i=%d", nonce, salt_text, &count) != 3) fail("challenge");
    int salt_size = EVP_DecodeBlock(salt, (const unsigned char*)salt_text, (int)strlen(salt_text));
    for (size_t at = strlen(salt_text); at && salt_text[at - 1] == '='; --at) --salt_size;
    PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt, salt_size, count, EVP_sha256(), 32, salted);
    HMAC(EVP_sha256(), salted, 32, (const unsigned char*)"Client Key", 10, key, NULL);
    EVP_Digest(key, 32, stored, NULL, EVP_sha256(), NULL);
    snprintf(final, sizeof final, "c=biws,r=%s", nonce);
    snprintf(signed_text, sizeof signed_text, "%s,%s,%s", bare, server, final);
    HMAC(EVP_sha256(), stored, 32, (const unsigned char*)signed_text, strlen(signed_text), signature, NULL);
    for (int i = 0; i < 32; ++i) key[i] ^= signature[i];
    in_base64(encoded, key, 32);
    snprintf(final + strlen(final), sizeof final - strlen(final), ",p=%s", encoded);
    in_base64(encoded, final, strlen(final));
    snprintf(command, sizeof command, "%s\r\n", encoded);
    ask(line, command);
    ask(line, "\r\n");
}

static void login(struct line* line, const char* mechanism, const char* user, const char* password)
{
    char both[512];
    if (strcmp(mechanism, "user") == 0) {
        const int length = snprintf(both, sizeof both, "USER %s\r\nPASS %s\r\n", user, password);
        exchange(line, both, (size_t)length, "\r\n", 3); /* the greeting too */
        return;
    }
    exchange(line, "", 0, "\r\n", 1);
    (strcmp(mechanism, "scram") == 0 ? login_scram : login_plain)(line, user, password);
}

int main(int argc, char** arguments)
{
    if (argc != 10) return 2;
    signal(SIGPIPE, SIG_IGN);
    struct line line = {-1, NULL, 0};
    const long messages = atol(arguments[7]);
    const int top = strcmp(arguments[4], "top") == 0;
    open_line(&line, arguments);
    login(&line, arguments[5], arguments[8], arguments[9]);
    if (strcmp(arguments[6], "list") == 0) exchange(&line, "LIST\r\nUIDL\r\n", 12, "\r\n.\r\n", 2);

    char* burst = malloc((size_t)messages * 24 + 24);
    size_t size = 0;
    for (long n = 1; n <= messages; ++n) size += (size_t)sprintf(burst + size, top ? "TOP %ld 0\r\n" : "RETR %ld\r\n", n);
    size += (size_t)sprintf(burst + size, "QUIT\r\n");
    const size_t octets = exchange(&line, burst, size, "\r\n.\r\n", messages);
    printf("%ld %zu\n", messages, octets);
    return 0;
}
