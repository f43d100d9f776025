#include "sensor/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <net/if.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

int
sandbox_user_named(const char *name, struct sandbox_user *out, struct err *err)
{
	const struct passwd *user = getpwnam(name);

	if (user == NULL)
		return err_set(err,
			"there is no user '%s': make one (adduser --system --group %s), or name "
			"another in [sensor] user",
			name, name);
	*out = (struct sandbox_user){ user->pw_uid, user->pw_gid };
	return 0;
}

int
sandbox_user_of_folder(const char *path, struct sandbox_user *out, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_set(err, "%s: %s", path, strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return err_set(err, "%s: is not a folder", path);
	*out = (struct sandbox_user){ st.st_uid, st.st_gid };
	return 0;
}

/* ---- system calls of a process that only computes, reads and writes what is open ---- */

static const int allowed[] = {
	/* pipes and the capture ring */
	SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(getsockopt), SCMP_SYS(close),
	SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(lseek),
	/* memory; PCRE2 compiles expressions to machine code */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect),
	SCMP_SYS(madvise), SCMP_SYS(futex), SCMP_SYS(getrandom),
	/* time, signals, end */
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(nanosleep),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(restart_syscall), SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigtimedwait), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigprocmask), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid),
	SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group)
};

/* libpcap asks whether the interface is up. */
static const struct scmp_arg_cmp interface_flags = {
	.arg = 1, .op = SCMP_CMP_EQ, .datum_a = SIOCGIFFLAGS
};

/* What a socket is given to see, and no other option of it. */
static const struct scmp_arg_cmp attach_filter[] = {
	{ .arg = 1, .op = SCMP_CMP_EQ, .datum_a = SOL_SOCKET },
	{ .arg = 2, .op = SCMP_CMP_EQ, .datum_a = SO_ATTACH_FILTER },
};

/* Who asks a resolver, and reads a data base that is open already (SQLite locks, and maps what it
 * reads). */
static const int asking[] = { SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(sendto),
	SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(recvmmsg), SCMP_SYS(setsockopt),
	SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(shutdown), SCMP_SYS(epoll_create1),
	SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(select),
	SCMP_SYS(pselect6), SCMP_SYS(eventfd2), SCMP_SYS(pipe2), SCMP_SYS(fcntl), SCMP_SYS(pread64),
	SCMP_SYS(pwrite64), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(sigaltstack),
	SCMP_SYS(readv), SCMP_SYS(dup), SCMP_SYS(access), SCMP_SYS(getcwd), SCMP_SYS(getuid),
	SCMP_SYS(geteuid), SCMP_SYS(uname) };

static int
allow_asking(scmp_filter_ctx filter)
{
	static const scmp_datum_t families[] = { AF_INET, AF_INET6 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < sizeof asking / sizeof *asking; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, asking[i], 0);
	for (size_t i = 0; rc == 0 && i < sizeof families / sizeof *families; i++) {
		const struct scmp_arg_cmp family = { 0, SCMP_CMP_EQ, families[i], 0 };

		rc = seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, &family);
	}
	return rc;
}

static int
only_compute(const struct sandbox *s, struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < sizeof allowed / sizeof *allowed; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (rc == 0)
		rc = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, &interface_flags);
	if (rc == 0 && s->asks)
		rc = allow_asking(filter);
	if (rc == 0 && s->attaches_filters)
		rc = seccomp_rule_add_array(
			filter, SCMP_ACT_ALLOW, SCMP_SYS(setsockopt), 2, attach_filter);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0 ? 0 : err_set(err, "the seccomp filter: %s", strerror(-rc));
}

static int
runs_nothing(struct err *err)
{
	static const int forbidden[] = { SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace) };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter == NULL ? -ENOMEM : 0;

	for (size_t i = 0; rc == 0 && i < sizeof forbidden / sizeof *forbidden; i++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), forbidden[i], 0);
	if (rc == 0)
		rc = seccomp_load(filter);
	seccomp_release(filter);
	return rc == 0 ? 0 : err_set(err, "the seccomp filter: %s", strerror(-rc));
}

/* ---- user and capabilities ---- */

static int
become(const struct sandbox_user *user, struct err *err)
{
	if (geteuid() != 0)
		return 0;
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		(void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
		setresuid(user->uid, user->uid, user->uid) < 0)
		return err_set(err, "becoming user %u: %s", (unsigned)user->uid, strerror(errno));
	return 0;
}

/* Root without capabilities is an owner of files like any other. */
static int
drop_capabilities(struct err *err)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &header, none) < 0)
		return err_set(err, "dropping capabilities: %s", strerror(errno));
	return 0;
}

static int
limit(int what, size_t bytes, struct err *err)
{
	const struct rlimit limit = { bytes, bytes };
	if (setrlimit((__rlimit_resource_t)what, &limit) < 0)
		return err_set(err, "setrlimit: %s", strerror(errno));
	return 0;
}

int
sandbox_enter(const struct sandbox *s, struct err *err)
{
	if (limit(RLIMIT_CORE, 0, err) < 0 || become(&s->user, err) < 0 ||
		drop_capabilities(err) < 0)
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return err_set(err, "no_new_privs: %s", strerror(errno));
	/* After the change of user, which forgets it. */
	if (s->ends_with_parent && prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) < 0)
		return err_set(err, "parent's death signal: %s", strerror(errno));
	if (SANITIZED)
		return 0;
	if (s->memory > 0 && limit(RLIMIT_AS, s->memory, err) < 0)
		return -1;
	if (s->runs_nothing && runs_nothing(err) < 0)
		return -1;
	return s->only_compute ? only_compute(s, err) : 0;
}

int
sandbox_close(const struct sandbox *s, struct err *err)
{
	return SANITIZED ? 0 : only_compute(s, err);
}
