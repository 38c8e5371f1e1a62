// Makes calls fail on the files in FAULT_DIR. FAULT_FILE is mapped: byte n is the share (percent) of the calls of
// fault n that fail; the 32-bit number at 64 + 4n counts the calls that failed.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// The order of `CallFault` in `call-faults.ts`.
enum fault { DISK_FULL, WRITE_ERROR, TORN_WRITE, SYNC_ERROR, READ_ERROR, READ_ONLY };
enum { MAX_FILES = 65536, CONTROL_BYTES = 128, COUNTS = 64 };

static volatile uint8_t *control;
static const char *folder;
static char is_ours[MAX_FILES];
static __thread unsigned seed;

__attribute__((constructor)) static void prepare(void) {
  const char *file = getenv("FAULT_FILE");
  folder = getenv("FAULT_DIR");
  if (!file || !folder) return;
  int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *mapped = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped != MAP_FAILED) control = mapped;
  syscall(SYS_close, fd);
}

static int fails(enum fault fault) {
  if (!control || !control[fault]) return 0;
  if (!seed) seed = (unsigned)(uintptr_t)&seed ^ (unsigned)getpid();
  if ((unsigned)(rand_r(&seed) % 100) >= control[fault]) return 0;
  __atomic_add_fetch((uint32_t *)(control + COUNTS) + fault, 1, __ATOMIC_RELAXED);
  return 1;
}

static int is_in_folder(const char *path) {
  if (!control || !path) return 0;
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && path[length] == '/';
}

static int is_open(int fd) { return fd >= 0 && fd < MAX_FILES && is_ours[fd]; }

static int failed(int code) {
  errno = code;
  return -1;
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = dlsym(RTLD_NEXT, #name)

#define OPEN \
  mode_t mode = 0; \
  if (flags & (O_CREAT | O_TMPFILE)) { \
    va_list list; \
    va_start(list, flags); \
    mode = va_arg(list, int); \
    va_end(list); \
  } \
  int ours = is_in_folder(path); \
  if (ours && (flags & (O_WRONLY | O_RDWR | O_CREAT)) && fails(READ_ONLY)) return failed(EROFS); \
  if (ours && (flags & O_CREAT) && access(path, F_OK) != 0 && fails(DISK_FULL)) return failed(ENOSPC); \
  int fd = real(path, flags, mode); \
  if (fd >= 0 && fd < MAX_FILES) is_ours[fd] = ours; \
  return fd

int open(const char *path, int flags, ...) { REAL(open); OPEN; }
int open64(const char *path, int flags, ...) { REAL(open64); OPEN; }

int close(int fd) {
  REAL(close);
  if (is_open(fd)) is_ours[fd] = 0;
  return real(fd);
}

// A torn write leaves its first half in the file.
#define WRITE(half) \
  if (is_open(fd)) { \
    if (fails(READ_ONLY)) return failed(EROFS); \
    if (fails(DISK_FULL)) return failed(ENOSPC); \
    if (fails(WRITE_ERROR)) return failed(EIO); \
    if (length > 1 && fails(TORN_WRITE)) { \
      if (half < 0) return -1; \
      return failed(EIO); \
    } \
  }

ssize_t write(int fd, const void *data, size_t length) {
  REAL(write);
  WRITE(real(fd, data, length / 2));
  return real(fd, data, length);
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  REAL(pwrite);
  WRITE(real(fd, data, length / 2, offset));
  return real(fd, data, length, offset);
}
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  REAL(pwrite64);
  WRITE(real(fd, data, length / 2, offset));
  return real(fd, data, length, offset);
}

ssize_t read(int fd, void *data, size_t length) {
  REAL(read);
  return is_open(fd) && fails(READ_ERROR) ? failed(EIO) : real(fd, data, length);
}
ssize_t pread(int fd, void *data, size_t length, off_t offset) {
  REAL(pread);
  return is_open(fd) && fails(READ_ERROR) ? failed(EIO) : real(fd, data, length, offset);
}
ssize_t pread64(int fd, void *data, size_t length, off64_t offset) {
  REAL(pread64);
  return is_open(fd) && fails(READ_ERROR) ? failed(EIO) : real(fd, data, length, offset);
}

int fsync(int fd) { REAL(fsync); return is_open(fd) && fails(SYNC_ERROR) ? failed(EIO) : real(fd); }
int fdatasync(int fd) { REAL(fdatasync); return is_open(fd) && fails(SYNC_ERROR) ? failed(EIO) : real(fd); }

#define TRUNCATE \
  if (is_open(fd)) { \
    if (fails(READ_ONLY)) return failed(EROFS); \
    if (fails(DISK_FULL)) return failed(ENOSPC); \
    if (fails(WRITE_ERROR)) return failed(EIO); \
  } \
  return real(fd, size)

int ftruncate(int fd, off_t size) { REAL(ftruncate); TRUNCATE; }
int ftruncate64(int fd, off64_t size) { REAL(ftruncate64); TRUNCATE; }

int unlink(const char *path) {
  REAL(unlink);
  return is_in_folder(path) && fails(READ_ONLY) ? failed(EROFS) : real(path);
}
