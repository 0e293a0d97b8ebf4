/* A ring of bytes in C between two threads, copied in and out: what the machine allows. Prints one JSON object: ring SIZE SECONDS. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CAPACITY (1u << 20)

static _Alignas(128) _Atomic unsigned long head;
static _Alignas(128) _Atomic unsigned long tail;
static _Alignas(128) _Atomic int ended;
static char *ring;
static size_t size;
static double seconds;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

static void *produce(void *unused) {
  char *message = malloc(size);
  unsigned long mine = 0, seen = 0;
  double end = now() + seconds + 0.3;
  memset(message, 'a', size);
  for (unsigned k = 0; (k & 15) != 0 || now() < end; k++) {
    for (size_t done = 0; done < size;) {
      size_t room = CAPACITY - (mine - seen), at = mine & (CAPACITY - 1), count = size - done;
      if (room == 0) {
        seen = atomic_load_explicit(&tail, memory_order_acquire);
        continue;
      }
      if (count > room) count = room;
      if (count > CAPACITY - at) count = CAPACITY - at;
      memcpy(ring + at, message + done, count);
      mine += count;
      done += count;
      atomic_store_explicit(&head, mine, memory_order_release);
    }
  }
  atomic_store(&ended, 1);
  return unused;
}

int main(int argc, char **argv) {
  pthread_t thread;
  unsigned long mine = 0, seen = 0, before = 0;
  double begun = now(), from = 0, last = 0;
  char *into = malloc(65536);
  if (argc < 3) return 2;
  size = strtoul(argv[1], 0, 10);
  seconds = atof(argv[2]);
  ring = aligned_alloc(1 << 21, 1 << 21);
  memset(ring, 0, CAPACITY);
  memset(into, 0, 65536);
  pthread_create(&thread, 0, produce, 0);
  for (;;) {
    size_t count = seen - mine, at = mine & (CAPACITY - 1);
    if (count == 0) {
      seen = atomic_load_explicit(&head, memory_order_acquire);
      if (seen == mine && atomic_load(&ended) && atomic_load(&head) == mine) break;
      continue;
    }
    if (count > 65536) count = 65536;
    if (count > CAPACITY - at) count = CAPACITY - at;
    memcpy(into, ring + at, count);
    __asm__ volatile("" ::"r"(into) : "memory");
    mine += count;
    atomic_store_explicit(&tail, mine, memory_order_release);
    last = now();
    if (from == 0 && last - begun > 0.3) {
      from = last;
      before = mine;
    }
  }
  printf("{\"gigabytes\":%.4f}\n", (mine - before) / (last - from) / 1e9);
  return 0;
}
