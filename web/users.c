#include "web/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sensor/base/chars.h"

enum { LINE_BYTES = 1024, HASH_LEAST = 20, PATH_BYTES = 4096 };

bool
users_name_is_good(const char *name)
{
	size_t n = strlen(name);
	for (size_t i = 0; i < n; i++) {
		if (!chars_is((uint8_t)name[i], CHAR_ALPHA | CHAR_DIGIT) &&
			strchr("._-@", name[i]) == NULL) {
			return false;
		}
	}
	return n > 0 && n < AUDIT_USER_MAX;
}

struct users *
users_new(void)
{
	struct users *u = must_alloc(sizeof *u);
	*u = (struct users){ .list = NULL };
	return u;
}

void
users_free(struct users *u)
{
	if (u != NULL) {
		free(u->list);
		free(u);
	}
}

const struct user *
users_find(const struct users *u, const char *name)
{
	for (size_t i = 0; i < u->count; i++) {
		if (strcmp(u->list[i].name, name) == 0) {
			return &u->list[i];
		}
	}
	return NULL;
}

static struct user *
add_user(struct users *u)
{
	if (u->count == u->cap) {
		u->cap = u->cap > 0 ? 2 * u->cap : 8;
		u->list = must_realloc(u->list, u->cap * sizeof *u->list);
	}
	u->list[u->count] = (struct user){ .access = ACCESS_ANYBODY };
	return &u->list[u->count++];
}

int
users_put(struct users *u, const char *name, enum access access, const char *hash, struct err *err)
{
	if (!users_name_is_good(name)) {
		return err_set(err,
			"'%s' is not a name: letters, digits and . _ - @, at most %d of them", name,
			AUDIT_USER_MAX - 1);
	}
	const struct user *known = users_find(u, name);
	if (known == NULL && hash == NULL) {
		return err_set(err, "there is no user '%s'", name);
	}
	if (known == NULL && u->count == USERS_MAX) {
		return err_set(err, "more than %d users", USERS_MAX);
	}
	struct user *user = known != NULL ? &u->list[known - u->list] : add_user(u);
	snprintf(user->name, sizeof user->name, "%s", name);
	user->access = access;
	if (hash != NULL) {
		snprintf(user->hash, sizeof user->hash, "%s", hash);
	}
	return 0;
}

bool
users_remove(struct users *u, const char *name)
{
	const struct user *known = users_find(u, name);
	if (known == NULL) {
		return false;
	}
	size_t at = (size_t)(known - u->list);
	memmove(&u->list[at], &u->list[at + 1], (u->count - at - 1) * sizeof *u->list);
	u->count--;
	return true;
}

/* ---- the file ---- */

/* A hash of crypt(5) with its own salt: "$y$…"; those that are quick to guess are refused. */
static bool
is_hash(struct slice hash)
{
	static const char *const kinds[] = { "$y$", "$gy$", "$7$", "$2b$", "$2y$" };
	for (size_t i = 0; i < hash.len; i++) {
		if (hash.ptr[i] <= ' ' || hash.ptr[i] > '~' || hash.ptr[i] == ':') {
			return false;
		}
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (slice_starts(hash, slice_str(kinds[i]))) {
			return hash.len >= HASH_LEAST && hash.len < USERS_HASH_MAX;
		}
	}
	return false;
}

static int
parse_line(struct users *u, struct slice line, struct err *err)
{
	char name[AUDIT_USER_MAX], hash[USERS_HASH_MAX];
	enum access access;
	struct slice rest = line;
	struct slice first = slice_split(&rest, ':'), role = slice_split(&rest, ':');
	snprintf(name, sizeof name, "%.*s", (int)first.len, (const char *)first.ptr);
	if (first.len >= sizeof name || !users_name_is_good(name) ||
		slice_index(first, 0) < first.len) {
		return err_set(err, "a name has letters, digits and . _ - @, at most %d of them",
			AUDIT_USER_MAX - 1);
	}
	if (access_parse(role, &access) != 0) {
		return err_set(err, "the role of %s is none of reader, analyst, admin", name);
	}
	if (!is_hash(rest)) {
		return err_set(
			err, "%s has no hash of yescrypt: `heloscope user add` makes one", name);
	}
	if (users_find(u, name) != NULL) {
		return err_set(err, "%s is there twice", name);
	}
	snprintf(hash, sizeof hash, "%.*s", (int)rest.len, (const char *)rest.ptr);
	return users_put(u, name, access, hash, err);
}

static int
parse_file(struct users *u, const char *path, FILE *file, struct err *err)
{
	char text[LINE_BYTES];
	for (int number = 1; fgets(text, sizeof text, file) != NULL; number++) {
		struct err why = { "" };
		struct slice line = slice_trim(slice_str(text));
		if (strchr(text, '\n') == NULL && !feof(file)) {
			return err_set(
				err, "%s:%d: longer than %d bytes", path, number, LINE_BYTES - 2);
		}
		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		if (parse_line(u, line, &why) != 0) {
			return err_set(err, "%s:%d: %s", path, number, why.text);
		}
	}
	return ferror(file) ? err_set(err, "%s: cannot be read: %s", path, strerror(errno)) : 0;
}

int
users_load(const char *path, struct users **out, struct err *err)
{
	struct stat st;
	FILE *file = fopen(path, "re");
	if (file == NULL) {
		return err_set(err,
			"%s: the users cannot be read: %s (`heloscope user add` makes the file)",
			path, strerror(errno));
	}
	struct users *u = users_new();
	int rc = fstat(fileno(file), &st);
	u->open_to_all = rc == 0 && (st.st_mode & S_IROTH) != 0;
	rc = rc != 0 || !S_ISREG(st.st_mode) ? err_set(err, "%s: is not a file", path)
					     : parse_file(u, path, file, err);
	fclose(file);
	if (rc != 0) {
		users_free(u);
		return -1;
	}
	*out = u;
	return 0;
}

static int
write_users(const struct users *u, FILE *file)
{
	fprintf(file, "# Who may sign in to the report: name:role:hash of the password.  Written "
		      "by `heloscope user`.\n");
	for (size_t i = 0; i < u->count; i++) {
		fprintf(file, "%s:%s:%s\n", u->list[i].name, access_word(u->list[i].access),
			u->list[i].hash);
	}
	return fflush(file) != 0 || ferror(file) || fsync(fileno(file)) != 0 ? -1 : 0;
}

/* As the file was that is there: who may read it stays. */
static int
keep_owner(int fd, const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0) {
		return 0;
	}
	/* Only root gives files away; whoever else writes here owns it, or made it his own. */
	if (fchown(fd, st.st_uid, st.st_gid) != 0 && geteuid() == 0) {
		return -1;
	}
	return fchmod(fd, st.st_mode & 0770);
}

int
users_save(const struct users *u, const char *path, struct err *err)
{
	char beside[PATH_BYTES];
	if ((size_t)snprintf(beside, sizeof beside, "%s.XXXXXX", path) >= sizeof beside) {
		return err_set(err, "%s: a name that is too long", path);
	}
	int fd = mkostemp(beside, O_CLOEXEC); /* mode 0600 */
	FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (file == NULL) {
		if (fd >= 0) {
			close(fd);
			unlink(beside);
		}
		return err_set(err, "%s: cannot be written: %s", path, strerror(errno));
	}
	int rc = keep_owner(fd, path) == 0 ? write_users(u, file) : -1;
	int why = errno;
	if (fclose(file) != 0 || rc != 0 || rename(beside, path) != 0) {
		why = rc != 0 ? why : errno;
		unlink(beside);
		return err_set(err, "%s: cannot be written: %s; the file is as it was", path,
			strerror(why));
	}
	return 0;
}
