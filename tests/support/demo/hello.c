/* hello PORT: answers every request with a greeting; one static program that is a whole service. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const char answer[] =
        "HTTP/1.0 200 OK\r\nContent-Length: 26\r\nConnection: close\r\n\r\n"
        "Hello from Habitat's hart\n";
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_ANY),
        .sin_port = htons((unsigned short)(argc > 1 ? strtoul(argv[1], NULL, 10) : 8080))};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    const struct timeval patience = {.tv_sec = 2}; /* with who connects and says nothing */
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(listener, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(listener, 16) != 0) {
        perror("hello");
        return 1;
    }
    for (;;) {
        char request[2048];
        int peer = accept(listener, NULL, NULL);
        setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        if (peer >= 0 && read(peer, request, sizeof(request)) > 0 &&
            write(peer, answer, strlen(answer)) < 0) {
            perror("hello");
        }
        close(peer);
    }
}
