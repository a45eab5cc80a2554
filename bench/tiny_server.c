/* A POP3 server of as many small messages as wanted, made on the fly: tiny_server COUNT
 *
 * For mailboxes so large that a real server's own time would hide the client's. Prints its port, serves each connection in a process of
 * its own, and ends when its standard input does. Any user, any password, no TLS, nothing is ever deleted.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char body[] = "From: A Sender <sender@example.org>\r\nTo: A Reader <reader@example.org>\r\nSubject: a small message\r\n"
                           "Date: Thu, 1 Jan 2026 12:00:00 +0000\r\n\r\nSome words, and then the end of it.\r\n";
static const char numbered[] = "Message-ID: <%07ld@example.org>\r\n%s.\r\n";
enum { id_line = 35 }; /* octets of the Message-ID line */

static void list(FILE* out, long messages)
{
    const long size = id_line + (long)sizeof body - 1;
    fputs("+OK\r\n", out);
    for (long n = 1; n <= messages; ++n) fprintf(out, "%ld %ld\r\n", n, size);
    fputs(".\r\n", out);
}

static void uidl(FILE* out, long messages)
{
    fputs("+OK\r\n", out);
    for (long n = 1; n <= messages; ++n) fprintf(out, "%ld %08lx5f3a9c2e71b40d86\r\n", n, n);
    fputs(".\r\n", out);
}

static int answer(FILE* out, const char* command, long messages)
{
    const long number = strchr(command, ' ') ? atol(strchr(command, ' ')) : 0;
    const int known = number >= 1 && number <= messages;
    if (strncasecmp(command, "CAPA", 4) == 0) fputs("+OK\r\nTOP\r\nUIDL\r\nUSER\r\nSASL PLAIN\r\nPIPELINING\r\nRESP-CODES\r\n.\r\n", out);
    else if (strncasecmp(command, "STAT", 4) == 0) fprintf(out, "+OK %ld %ld\r\n", messages, messages * (id_line + (long)sizeof body - 1));
    else if (strncasecmp(command, "LIST", 4) == 0 && !number) list(out, messages);
    else if (strncasecmp(command, "UIDL", 4) == 0 && !number) uidl(out, messages);
    else if (strncasecmp(command, "RETR", 4) == 0 || strncasecmp(command, "TOP", 3) == 0) {
        if (known) fputs("+OK\r\n", out), fprintf(out, numbered, number, body);
        else fputs("-ERR no such message\r\n", out);
    } else if (strncasecmp(command, "AUTH PLAIN\r", 11) == 0) fputs("+ \r\n", out);
    else fputs("+OK\r\n", out);
    return strncasecmp(command, "QUIT", 4) != 0;
}

static void serve(int connection, long messages)
{
    const int yes = 1;
    char pending[1 << 16];
    size_t filled = 0;
    FILE* out = fdopen(dup(connection), "w");
    setvbuf(out, NULL, _IOFBF, 1 << 17);
    setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    fputs("+OK ready\r\n", out);
    for (;;) {
        fflush(out);
        const ssize_t got = read(connection, pending + filled, sizeof pending - 1 - filled);
        if (got <= 0) break;
        filled += (size_t)got;
        pending[filled] = '\0';
        char *line = pending, *end;
        while ((end = memchr(line, '\n', filled - (size_t)(line - pending)))) {
            *end = '\0';
            if (!answer(out, line, messages)) goto bye;
            line = end + 1;
        }
        filled -= (size_t)(line - pending);
        memmove(pending, line, filled);
    }
bye:
    fclose(out);
    _exit(0);
}

int main(int count, char** arguments)
{
    if (count != 2) return 2;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof at;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr*)&at, sizeof at) == -1 || listen(listener, 16) == -1) return 1;
    getsockname(listener, (struct sockaddr*)&at, &size);
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);

    struct pollfd wait[2] = {{listener, POLLIN, 0}, {0, POLLIN, 0}};
    while (poll(wait, 2, -1) > 0 && !wait[1].revents) {
        const int connection = accept(listener, NULL, NULL);
        if (connection != -1 && fork() == 0) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            serve(connection, atol(arguments[1]));
        }
        close(connection);
    }
    return 0;
}
