/* webapp PORT REDIS-HOST REDIS-PORT: counts its visitors in redis; dynamically linked, so that its
 * libraries matter. */
#include <netdb.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static int dial(const char *host, const char *port)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, port, &hints, &found) != 0) {
        return -1;
    }
    int peer = socket(AF_INET, SOCK_STREAM, 0);
    const struct timeval patience = {.tv_sec = 2};
    setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(peer, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (connect(peer, found->ai_addr, found->ai_addrlen) != 0) {
        close(peer);
        peer = -1;
    }
    freeaddrinfo(found);
    return peer;
}

static long visit(const char *host, const char *port)
{
    char answer[64] = {0};
    long count = -1;
    int redis = dial(host, port);
    if (redis >= 0 && write(redis, "INCR visits\r\n", 13) == 13 &&
        read(redis, answer, sizeof(answer) - 1) > 1 && answer[0] == ':') {
        count = strtol(answer + 1, NULL, 10);
    }
    if (redis >= 0) {
        close(redis);
    }
    return count;
}

static void answer(int peer, const char *host, const char *port)
{
    char request[2048];
    char body[64];
    char text[256];
    if (read(peer, request, sizeof(request)) <= 0) {
        return;
    }
    long count = visit(host, port);
    int length = count < 0 ? snprintf(body, sizeof(body), "no redis\n")
                           : snprintf(body, sizeof(body), "visit %ld\n", count);
    int total = snprintf(text, sizeof(text),
                         "HTTP/1.0 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
                         count < 0 ? "503 Service Unavailable" : "200 OK", length, body);
    if (write(peer, text, (size_t)total) < 0) {
        perror("webapp");
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: webapp PORT REDIS-HOST REDIS-PORT\n");
        return 2;
    }
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_ANY),
                                  .sin_port = htons((unsigned short)strtoul(argv[1], NULL, 10))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    const struct timeval patience = {.tv_sec = 2}; /* with who connects and says nothing */
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 16) != 0) {
        perror("webapp");
        return 1;
    }
    for (;;) {
        int peer = accept(listener, NULL, NULL);
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        if (peer >= 0) {
            answer(peer, argv[2], argv[3]);
            close(peer);
        }
    }
}
