// Records each write, sync, truncate, creation and removal of the files in RECORD_DIR to RECORD_FILE, in order.
// With RECORD_STOP_AFTER=n, the process kills itself right after its n-th record, so no record is torn.
// SQLite maps its `-shm` files into memory: their header is recorded as written before each sync of the log.
// A record: u8 kind, f64 Unix time (ms), u16 length of the path, u64 offset, u32 length of the data, path, data.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum kind { CREATED = 1, WRITTEN = 2, SYNC_BEGUN = 3, SYNCED = 4, TRUNCATED = 5, REMOVED = 6 };
enum { MAX_FILES = 65536, SHM_BYTES = 512 };

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int output = -1;
static const char *folder;
static char *paths[MAX_FILES];
static long records;
static long stop_after;

__attribute__((constructor)) static void prepare(void) {
  const char *file = getenv("RECORD_FILE");
  const char *stop = getenv("RECORD_STOP_AFTER");
  folder = getenv("RECORD_DIR");
  stop_after = stop ? atol(stop) : 0;
  if (folder && file)
    output = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

// The folder itself counts: a sync of it makes creations and removals durable.
static int is_recorded(const char *path) {
  if (output < 0 || !path) return 0;
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && (path[length] == '/' || path[length] == 0);
}

static void write_all(const void *data, size_t length) {
  const char *next = data;
  while (length > 0) {
    ssize_t written = syscall(SYS_write, output, next, length);
    if (written <= 0) abort();
    next += written;
    length -= written;
  }
}

static void record(uint8_t kind, const char *path, uint64_t offset, const void *data, uint32_t length) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  double ms = at.tv_sec * 1e3 + at.tv_nsec / 1e6;
  uint16_t path_length = strlen(path);
  size_t total = 23 + path_length + length;
  char *bytes = malloc(total);
  memcpy(bytes, &kind, 1);
  memcpy(bytes + 1, &ms, 8);
  memcpy(bytes + 9, &path_length, 2);
  memcpy(bytes + 11, &offset, 8);
  memcpy(bytes + 19, &length, 4);
  memcpy(bytes + 23, path, path_length);
  if (length) memcpy(bytes + 23 + path_length, data, length);
  write_all(bytes, total);
  free(bytes);
  records++;
  if (records == stop_after) kill(getpid(), SIGKILL);
}

static void record_shared_memory(const char *log) {
  size_t length = strlen(log);
  if (length < 4 || strcmp(log + length - 4, "-wal") != 0) return;
  char path[PATH_MAX], header[SHM_BYTES];
  snprintf(path, sizeof path, "%.*s-shm", (int)(length - 4), log);
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return;
  ssize_t read = syscall(SYS_read, fd, header, sizeof header);
  syscall(SYS_close, fd);
  if (read > 0) record(WRITTEN, path, 0, header, read);
}

static int is_open(int fd) { return fd >= 0 && fd < MAX_FILES && paths[fd] != NULL; }

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = dlsym(RTLD_NEXT, #name)

#define MODE_OF(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, int); \
    va_end(list); \
  }

static int opened(int fd, const char *path, int is_new) {
  if (fd < 0 || fd >= MAX_FILES) return fd;
  free(paths[fd]);
  paths[fd] = is_recorded(path) ? strdup(path) : NULL;
  if (paths[fd] && is_new) record(CREATED, path, 0, NULL, 0);
  return fd;
}

#define OPEN(call) \
  pthread_mutex_lock(&mutex); \
  int is_new = (flags & O_CREAT) && access(path, F_OK) != 0; \
  int fd = opened(call, path, is_new); \
  pthread_mutex_unlock(&mutex); \
  return fd

int open(const char *path, int flags, ...) { REAL(open); MODE_OF(flags); OPEN(real(path, flags, mode)); }
int open64(const char *path, int flags, ...) { REAL(open64); MODE_OF(flags); OPEN(real(path, flags, mode)); }

int close(int fd) {
  REAL(close);
  if (!is_open(fd)) return real(fd);
  pthread_mutex_lock(&mutex);
  free(paths[fd]);
  paths[fd] = NULL;
  pthread_mutex_unlock(&mutex);
  return real(fd);
}

#define WRITE(call, at) \
  if (!is_open(fd)) return call; \
  pthread_mutex_lock(&mutex); \
  off_t from = (at); \
  ssize_t written = call; \
  if (written > 0) record(WRITTEN, paths[fd], from, data, written); \
  pthread_mutex_unlock(&mutex); \
  return written

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  REAL(pwrite);
  WRITE(real(fd, data, length, offset), offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  REAL(pwrite64);
  WRITE(real(fd, data, length, offset), offset);
}
// A file that is opened for appending is written at its end.
ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  WRITE(real(fd, data, length), lseek(fd, 0, SEEK_END));
}

// Only writes before the begin of a sync are durable at its end.
static int sync_of(int (*real)(int), int fd) {
  if (!is_open(fd)) return real(fd);
  pthread_mutex_lock(&mutex);
  char *path = strdup(paths[fd]);
  record_shared_memory(path);
  record(SYNC_BEGUN, path, fd, NULL, 0);
  pthread_mutex_unlock(&mutex);
  int result = real(fd);
  pthread_mutex_lock(&mutex);
  if (result == 0) record(SYNCED, path, fd, NULL, 0);
  pthread_mutex_unlock(&mutex);
  free(path);
  return result;
}
int fsync(int fd) { REAL(fsync); return sync_of(real, fd); }
int fdatasync(int fd) { REAL(fdatasync); return sync_of(real, fd); }

static int truncated(int (*real)(int, off_t), int fd, off_t size) {
  if (!is_open(fd)) return real(fd, size);
  pthread_mutex_lock(&mutex);
  int result = real(fd, size);
  if (result == 0) record(TRUNCATED, paths[fd], size, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return result;
}
int ftruncate(int fd, off_t size) { REAL(ftruncate); return truncated(real, fd, size); }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); return truncated((void *)real, fd, size); }

int unlink(const char *path) {
  REAL(unlink);
  if (!is_recorded(path)) return real(path);
  pthread_mutex_lock(&mutex);
  int result = real(path);
  if (result == 0) record(REMOVED, path, 0, NULL, 0);
  pthread_mutex_unlock(&mutex);
  return result;
}
