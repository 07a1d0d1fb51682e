/*
 * The least that a proxy can cost: TLS 1.3 with a required client certificate on one side, the upstream with fewer
 * connections on the other, and nothing between them but OpenSSL and the kernel. No registry, no limits, no time-outs,
 * no counts, no log. One event loop a core. Built and started by the benchmark; no product.
 *
 *   floor PORT UPSTREAM_PORT UPSTREAM_PORT CERTIFICATE_CHAIN KEY CLIENT_CA
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define THREADS 2
#define UPSTREAMS 2
#define BUFFER (64 * 1024)
#define EVENTS 256

enum phase { SHAKING, DIALLING, RELAYING };

/* What one side could not take yet. */
struct rest { char *bytes; size_t begin, end; };

struct connection {
    int client, upstream, chosen;
    enum phase phase;
    SSL *tls;
    struct rest to_client, to_upstream;
    int client_ended, upstream_ended, hung_up;
};

struct loop { int epoll, listener; char buffer[BUFFER]; };

static SSL_CTX *context;
static int upstream_ports[UPSTREAMS];
static _Atomic int held[UPSTREAMS];

static void fail(const char *what) {
    perror(what);
    ERR_print_errors_fp(stderr);
    exit(1);
}

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    return address;
}

static void watch(struct loop *loop, int socket, struct connection *connection) {
    struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data.ptr = connection };
    int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, socket, &event) < 0) fail("epoll_ctl");
}

static void end(struct connection *connection) {
    if (connection->phase != SHAKING) atomic_fetch_sub(&held[connection->chosen], 1);
    if (connection->upstream >= 0) close(connection->upstream);
    SSL_free(connection->tls);
    close(connection->client);
    free(connection->to_client.bytes);
    free(connection->to_upstream.bytes);
    free(connection);
}

static void keep(struct rest *rest, const char *bytes, size_t length) {
    if (!rest->bytes && !(rest->bytes = malloc(BUFFER))) fail("malloc");
    memmove(rest->bytes, bytes, length);
    rest->begin = 0;
    rest->end = length;
}

static void drop(struct rest *rest) {
    free(rest->bytes);
    memset(rest, 0, sizeof *rest);
}

/* How many bytes were taken; -1 = the side broke. */
static ssize_t send_plain(struct connection *connection, const char *bytes, size_t length) {
    size_t sent = 0;
    while (sent < length) {
        ssize_t count = send(connection->upstream, bytes + sent, length - sent, MSG_NOSIGNAL);
        if (count < 0) return errno == EAGAIN ? (ssize_t)sent : -1;
        sent += count;
    }
    return sent;
}

static ssize_t send_tls(struct connection *connection, const char *bytes, size_t length) {
    size_t sent = 0, count;
    while (sent < length) {
        if (!SSL_write_ex(connection->tls, bytes + sent, length - sent, &count)) {
            int error = SSL_get_error(connection->tls, 0);
            return error == SSL_ERROR_WANT_WRITE || error == SSL_ERROR_WANT_READ ? (ssize_t)sent : -1;
        }
        sent += count;
    }
    return sent;
}

/* As many bytes as are there; 0 = none now, -1 = the side broke, and *ended tells that it is over. */
static ssize_t receive_plain(struct connection *connection, char *buffer, int *ended) {
    ssize_t count = recv(connection->upstream, buffer, BUFFER, 0);
    if (count == 0) *ended = 1;
    return count >= 0 ? count : errno == EAGAIN ? 0 : -1;
}

static ssize_t receive_tls(struct connection *connection, char *buffer, int *ended) {
    size_t received = 0, count;
    while (received < BUFFER && SSL_read_ex(connection->tls, buffer + received, BUFFER - received, &count)) received += count;
    if (received < BUFFER) {
        int error = SSL_get_error(connection->tls, 0);
        if (error == SSL_ERROR_ZERO_RETURN) *ended = 1;
        else if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE) return -1;
    }
    return received;
}

typedef ssize_t (*receiver)(struct connection *, char *, int *);
typedef ssize_t (*sender)(struct connection *, const char *, size_t);

static int end_sending(struct connection *connection, sender send_on) {
    if (send_on == send_plain) shutdown(connection->upstream, SHUT_WR);
    else SSL_shutdown(connection->tls);
    return 0;
}

/* 0 = all that is there was passed on; -1 = over. */
static int copy(struct connection *connection, char *buffer, receiver receive, sender send_on, struct rest *rest, int *ended) {
    for (;;) {
        if (rest->bytes) {
            ssize_t sent = send_on(connection, rest->bytes + rest->begin, rest->end - rest->begin);
            if (sent < 0) return -1;
            rest->begin += sent;
            if (rest->begin < rest->end) return 0;
            drop(rest);
            if (*ended) return end_sending(connection, send_on);
        }
        if (*ended) return 0;
        ssize_t received = receive(connection, buffer, ended);
        if (received < 0) return -1;
        if (received > 0) {
            ssize_t sent = send_on(connection, buffer, received);
            if (sent < 0) return -1;
            if (sent < received) {
                keep(rest, buffer + sent, received - sent);
                continue;
            }
        }
        if (*ended) return end_sending(connection, send_on);
        /* Less than there was room for is all that is there, unless an end came with it: that has no event of its own. */
        if (received == 0 || (received < BUFFER && !connection->hung_up)) return 0;
    }
}

static int dial(struct loop *loop, struct connection *connection) {
    connection->chosen = atomic_load(&held[0]) <= atomic_load(&held[1]) ? 0 : 1;
    atomic_fetch_add(&held[connection->chosen], 1);
    connection->phase = DIALLING;
    connection->upstream = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (connection->upstream < 0) return -1;
    struct sockaddr_in address = loopback(upstream_ports[connection->chosen]);
    if (connect(connection->upstream, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS) return -1;
    watch(loop, connection->upstream, connection);
    return 0;
}

/* Goes as far as it can; -1 = over. */
static int advance(struct loop *loop, struct connection *connection) {
    if (connection->phase == SHAKING) {
        int done = SSL_accept(connection->tls);
        if (done != 1) {
            int error = SSL_get_error(connection->tls, done);
            return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
        }
        return dial(loop, connection);
    }
    if (connection->phase == DIALLING) {
        struct sockaddr_in peer;
        socklen_t length = sizeof peer;
        if (getpeername(connection->upstream, (struct sockaddr *)&peer, &length) < 0) return errno == ENOTCONN ? 0 : -1;
        connection->phase = RELAYING;
    }
    ERR_clear_error();
    if (copy(connection, loop->buffer, receive_tls, send_plain, &connection->to_upstream, &connection->client_ended) < 0) return -1;
    if (copy(connection, loop->buffer, receive_plain, send_tls, &connection->to_client, &connection->upstream_ended) < 0) return -1;
    return connection->client_ended && connection->upstream_ended && !connection->to_client.bytes && !connection->to_upstream.bytes ? -1 : 0;
}

static void accept_all(struct loop *loop) {
    int client;
    while ((client = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        struct connection *connection = calloc(1, sizeof *connection);
        if (!connection || !(connection->tls = SSL_new(context))) fail("accept");
        connection->client = client;
        connection->upstream = -1;
        SSL_set_fd(connection->tls, client);
        watch(loop, client, connection);
    }
}

static void *run(void *argument) {
    struct loop *loop = argument;
    struct epoll_event events[EVENTS];
    for (;;) {
        int count = epoll_wait(loop->epoll, events, EVENTS, -1);
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!connection) {
                accept_all(loop);
                continue;
            }
            if (events[i].events & (EPOLLRDHUP | EPOLLHUP)) connection->hung_up = 1;
            if (advance(loop, connection) == 0) continue;
            /* Both its sockets may have an event in this batch. */
            for (int j = i + 1; j < count; j++) if (events[j].data.ptr == connection) events[j--] = events[--count];
            end(connection);
        }
    }
    return NULL;
}

static struct loop *start(int port) {
    struct loop *loop = calloc(1, sizeof *loop);
    struct sockaddr_in address = loopback(port);
    struct epoll_event event = { .events = EPOLLIN };
    int on = 1;
    if (!loop) fail("calloc");
    loop->epoll = epoll_create1(0);
    loop->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(loop->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(loop->listener, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    if (bind(loop->listener, (struct sockaddr *)&address, sizeof address) < 0 || listen(loop->listener, 4096) < 0) fail("listen");
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, loop->listener, &event) < 0) fail("epoll_ctl");
    return loop;
}

int main(int count, char **arguments) {
    if (count != 7) {
        fprintf(stderr, "usage: floor PORT UPSTREAM_PORT UPSTREAM_PORT CERTIFICATE_CHAIN KEY CLIENT_CA\n");
        return 4;
    }
    signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < UPSTREAMS; i++) upstream_ports[i] = atoi(arguments[2 + i]);
    context = SSL_CTX_new(TLS_server_method());
    if (!context
        || !SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION)
        || !SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384")
        || !SSL_CTX_set_num_tickets(context, 0)
        || SSL_CTX_use_certificate_chain_file(context, arguments[4]) != 1
        || SSL_CTX_use_PrivateKey_file(context, arguments[5], SSL_FILETYPE_PEM) != 1
        || SSL_CTX_load_verify_locations(context, arguments[6], NULL) != 1) fail("TLS");
    SSL_CTX_set_client_CA_list(context, SSL_load_client_CA_file(arguments[6]));
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    struct loop *loops[THREADS];
    for (int i = 0; i < THREADS; i++) loops[i] = start(atoi(arguments[1]));
    for (int i = 1; i < THREADS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, run, loops[i]) != 0) fail("pthread_create");
    }
    run(loops[0]);
}
