#include "web/listen.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char *
socket_fault(int number)
{
	static const struct {
		int number;
		const char *words;
	} faults[] = {
		{ EADDRINUSE, "is in use by another program: choose another port with --listen" },
		{ EADDRNOTAVAIL, "is not an address of this machine" },
		{ EACCES, "needs root: choose a port from 1024 up with --listen" },
	};
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (faults[i].number == number) {
			return faults[i].words;
		}
	}
	return strerror(number);
}

union socket_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

int
listen_open(struct endpoint *at, struct err *err)
{
	bool is_v6 = at->addr.family == ADDR_V6;
	union socket_address address = { 0 };
	socklen_t size = is_v6 ? sizeof address.v6 : sizeof address.v4;
	const int on = 1;
	char text[ADDR_TEXT_MAX];
	if (is_v6) {
		address.v6.sin6_family = AF_INET6;
		address.v6.sin6_port = htons(at->port);
		memcpy(&address.v6.sin6_addr, at->addr.bytes, 16);
	} else {
		address.v4.sin_family = AF_INET;
		address.v4.sin_port = htons(at->port);
		memcpy(&address.v4.sin_addr, at->addr.bytes, 4);
	}
	int fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
		bind(fd, &address.any, size) == 0 && listen(fd, 128) == 0 &&
		getsockname(fd, &address.any, &size) == 0) {
		at->port = ntohs(is_v6 ? address.v6.sin6_port : address.v4.sin_port);
		return fd;
	}
	const char *why = socket_fault(errno);
	if (fd >= 0) {
		close(fd);
	}
	return err_set(err, "%s%s%s:%u %s", is_v6 ? "[" : "", addr_format(at->addr, text),
		is_v6 ? "]" : "", at->port, why);
}

struct addr
listen_addr(const struct sockaddr *any)
{
	const union {
		const struct sockaddr *any;
		const struct sockaddr_in *v4;
		const struct sockaddr_in6 *v6;
	} at = { .any = any };
	uint8_t bytes[16];
	if (any == NULL) {
		return (struct addr){ ADDR_NONE, { 0 } };
	}
	if (any->sa_family == AF_INET6) {
		memcpy(bytes, &at.v6->sin6_addr, 16);
		return addr_v6(bytes);
	}
	memcpy(bytes, &at.v4->sin_addr, 4);
	return any->sa_family == AF_INET ? addr_v4(bytes) : (struct addr){ ADDR_NONE, { 0 } };
}

struct addr
listen_local(int fd)
{
	union socket_address address = { 0 };
	socklen_t size = sizeof address;
	return getsockname(fd, &address.any, &size) == 0 ? listen_addr(&address.any)
							 : (struct addr){ ADDR_NONE, { 0 } };
}
