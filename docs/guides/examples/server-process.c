/*
 * A server process of the stpconnect protocol, version 1, in network mode: docs/protocol.md in one file of C, with nothing to install.
 *
 *   cc -O2 -Wall -o server-process server-process.c
 *   ./server-process                                            the adapter protocol on stdin and stdout
 *   ./server-process HOST PORT [--secret-file F] [NAME=MS ...]  dials that address, again and again
 *
 * It is an example of what test-your-implementation.md describes, and is tested by its commands. From top to bottom: SHA-256; frames; the
 * server process, which does no input or output of its own; the adapter; TCP. Build it with -DBROKEN=1, 2 or 3 for a bug as people make them.
 */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#ifndef BROKEN
#define BROKEN 0
#endif

/* ---- SHA-256 (FIPS 180-4) and HMAC (RFC 2104) ---- */

typedef struct {
  uint32_t h[8];
  uint8_t block[64];
  uint64_t length;
} Sha;

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be,
    0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
    0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85,
    0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3,
    0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f,
    0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotated(uint32_t x, int n) { return x >> n | x << (32 - n); }

static void sha_begin(Sha *s) {
  static const uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  memcpy(s->h, h, sizeof h);
  s->length = 0;
}

static void sha_block(Sha *s) {
  uint32_t w[64], v[8];
  for (int i = 0; i < 16; i++) {
    const uint8_t *b = s->block + 4 * i;
    w[i] = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
  }
  for (int i = 16; i < 64; i++) {
    uint32_t a = w[i - 15], b = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (rotated(a, 7) ^ rotated(a, 18) ^ a >> 3) + (rotated(b, 17) ^ rotated(b, 19) ^ b >> 10);
  }
  memcpy(v, s->h, sizeof v);
  for (int i = 0; i < 64; i++) {
    uint32_t e = v[4], a = v[0];
    uint32_t t = v[7] + (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) + ((e & v[5]) ^ (~e & v[6])) + sha_k[i] + w[i];
    uint32_t u = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) + ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
    memmove(v + 1, v, 7 * sizeof *v);
    v[4] += t;
    v[0] = t + u;
  }
  for (int i = 0; i < 8; i++) s->h[i] += v[i];
}

static void sha_add(Sha *s, const void *data, size_t size) {
  const uint8_t *bytes = data;
  for (size_t i = 0; i < size; i++) {
    s->block[s->length++ % 64] = bytes[i];
    if (s->length % 64 == 0) sha_block(s);
  }
}

static void sha_end(Sha *s, uint8_t digest[32]) {
  uint64_t bits = s->length * 8;
  sha_add(s, "\x80", 1);
  while (s->length % 64 != 56) sha_add(s, "", 1);
  for (int i = 7; i >= 0; i--) sha_add(s, &(uint8_t){(uint8_t)(bits >> 8 * i)}, 1);
  for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(s->h[i / 4] >> (24 - 8 * (i % 4)));
}

static void hmac_pad(Sha *s, const uint8_t key[64], uint8_t pad) {
  sha_begin(s);
  for (int i = 0; i < 64; i++) sha_add(s, &(uint8_t){key[i] ^ pad}, 1);
}

/* ---- Frames (sections 2 and 3) ---- */

enum { HELLO = 1, DESCRIPTOR, PORT, GROUP, READY, DECLINE };
enum { HEADER = 12, TAG = 32, NONCE = 32, LONGEST = 4096 };

typedef struct {
  uint8_t bytes[HEADER + LONGEST];
  size_t size;
} Frame;

static uint32_t u32(const uint8_t *b) { return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]; }
static void put_u32(uint8_t *b, uint32_t n) {
  for (int i = 0; i < 4; i++) b[i] = (uint8_t)(n >> (24 - 8 * i));
}

static bool is_utf8(const uint8_t *s, size_t size) {
  for (size_t i = 0; i < size;) {
    uint8_t c = s[i];
    int more = c < 0x80 ? 0 : c >= 0xc2 && c < 0xe0 ? 1 : c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xf0 && c < 0xf5 ? 3 : -1;
    if (more < 0 || i + (size_t)more >= size) return false;
    for (int j = 1; j <= more; j++)
      if ((s[i + (size_t)j] & 0xc0) != 0x80) return false;
    uint8_t next = more > 0 ? s[i + 1] : 0;
    /* Overlong forms, surrogates, and what is beyond U+10FFFF. */
    if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next >= 0xa0) || (c == 0xf0 && next < 0x90) || (c == 0xf4 && next >= 0x90)) return false;
    i += 1 + (size_t)more;
  }
  return true;
}

static bool is_header(const uint8_t *b) {
  return memcmp(b, "STPC\1", 5) == 0 && b[5] >= HELLO && b[5] <= DECLINE && b[6] == 0 && b[7] == 0 && u32(b + 8) <= LONGEST;
}

/* Whether a payload is what the header's type says, to the byte. */
static bool is_payload(uint8_t type, const uint8_t *p, size_t size) {
  switch (type) {
  case HELLO:
    return size == 4 + NONCE && (p[0] == 1 || p[0] == 2) && p[2] == 0 && p[3] == 0;
  case DESCRIPTOR:
    return size == 4 + NONCE + TAG;
  case PORT:
    return size > 1 && p[0] > 0 && size == 1u + p[0] + 8 + NONCE + TAG && is_utf8(p + 1, p[0]);
  case GROUP:
    return size > 1 && p[0] > 0 && size == 1u + p[0] + TAG && is_utf8(p + 1, p[0]);
  case READY:
    return size == TAG;
  default:
    return size >= 3 && size == 3u + p[2] + TAG && p[0] == 0 && p[1] >= 1 && p[1] <= 14 && is_utf8(p + 3, p[2]);
  }
}

/* ---- The server process (section 5). It knows no sockets and no clock: a port of five functions is all that it acts by. ---- */

typedef enum { FIRST, SECOND } Name;

typedef struct {
  void (*dial)(Name);
  void (*send)(Name, const uint8_t *, size_t);
  void (*close)(Name);
  void (*reset)(Name);
  void (*report)(bool established, const char *code);
} Port;

enum { CONNECT_TIMEOUT, REPLY_TIMEOUT, READY_TIMEOUT, HANDSHAKE_TIMEOUT, LIMITS };
static const char *const limit_names[LIMITS] = {"connectTimeout", "replyTimeout", "readyTimeout", "handshakeTimeout"};

enum { TAG_WRONG = 10, PROTOCOL_VIOLATION = 11, TIMED_OUT = 12, CLOSING = 13, CONNECTION_LOST = 14 };

typedef struct {
  bool open, stands, channel;
  Frame in;
} Connection;

typedef enum { CONNECTING_FIRST, AWAITING_DESCRIPTOR, CONNECTING_SECOND, AWAITING_READY, ESTABLISHED, OVER } State;

static struct {
  const Port *port;
  State state;
  Connection connections[2];
  bool ready[2];
  uint8_t descriptor[4];
  uint8_t key[64];
  /* HELLO and two DESCRIPTORs, and whatever is being tagged. */
  uint8_t transcript[4 * (HEADER + LONGEST)];
  size_t length;
  int64_t now, limits[LIMITS], deadlines[LIMITS];
} sp;

static void random_bytes(uint8_t *bytes, size_t size) {
  int file = open("/dev/urandom", O_RDONLY);
  if (file < 0 || read(file, bytes, size) != (ssize_t)size) {
    fputs("server-process: /dev/urandom cannot be read\n", stderr);
    exit(2);
  }
  close(file);
}

static void arm(int limit) { sp.deadlines[limit] = sp.now + sp.limits[limit]; }
static void disarm_waits(void) { sp.deadlines[CONNECT_TIMEOUT] = sp.deadlines[REPLY_TIMEOUT] = sp.deadlines[READY_TIMEOUT] = INT64_MAX; }

/* The tag of a frame that is sent by `role` behind the transcript; the frame's own tag counts as zeros. */
static void tag_of(const char *role, const uint8_t *frame, size_t size, uint8_t tag[TAG]) {
  static const uint8_t zeros[TAG];
  Sha s;
  hmac_pad(&s, sp.key, 0x36);
  sha_add(&s, "stpconnect 1 ", 13);
  sha_add(&s, role, 6);
  sha_add(&s, sp.transcript, sp.length);
  sha_add(&s, frame, size - TAG);
  sha_add(&s, zeros, TAG);
  uint8_t inner[32];
  sha_end(&s, inner);
  hmac_pad(&s, sp.key, 0x5c);
  sha_add(&s, inner, 32);
  sha_end(&s, tag);
}

static bool tag_is_right(const Frame *f) {
  uint8_t tag[TAG];
  const uint8_t *theirs = f->bytes + f->size - TAG;
  tag_of("client", f->bytes, f->size, tag);
#if BROKEN == 1
  return memcmp(tag, theirs, 8) == 0; /* the size of a pointer, where that of what it points to was meant */
#else
  uint8_t difference = 0;
  for (int i = 0; i < TAG; i++) difference |= tag[i] ^ theirs[i];
  return difference == 0;
#endif
}

static void remember(const uint8_t *frame, size_t size) {
  memcpy(sp.transcript + sp.length, frame, size);
  sp.length += size;
}

/* Completes a frame whose payload is in place, and sends it; one with a tag is tagged. */
static void send_frame(Name on, uint8_t type, uint8_t *frame, size_t payload) {
  memcpy(frame, "STPC\1", 5);
  frame[5] = type;
  frame[6] = frame[7] = 0;
  put_u32(frame + 8, (uint32_t)payload);
  if (type != HELLO) tag_of("server", frame, HEADER + payload, frame + HEADER + payload - TAG);
  sp.port->send(on, frame, HEADER + payload);
}

static void decline(uint8_t reason) {
  if (!sp.connections[FIRST].stands) return;
  uint8_t frame[HEADER + 3 + TAG] = {0};
  frame[HEADER + 1] = reason;
  send_frame(FIRST, DECLINE, frame, 3 + TAG);
}

static void release(bool may_be_established) {
  for (Name name = FIRST; name <= SECOND; name++) {
    Connection *c = &sp.connections[name];
    if (!c->open) continue;
    c->open = c->stands = false;
#if BROKEN == 3
    may_be_established = false;
#endif
    if (may_be_established) sp.port->reset(name); /* an end would be taken for the end of the session's data */
    else sp.port->close(name);
  }
  disarm_waits();
  sp.deadlines[HANDSHAKE_TIMEOUT] = INT64_MAX;
}

/* Ends the attempt; `reason` 0 says nothing. */
static void fail(uint8_t reason, const char *code) {
  if (reason != 0) decline(reason);
  sp.port->report(false, code);
  bool may_be_established = sp.state == AWAITING_READY;
  sp.state = OVER;
  release(may_be_established);
}

static void dial(Name name) {
  memset(&sp.connections[name], 0, sizeof sp.connections[name]);
  disarm_waits();
  arm(CONNECT_TIMEOUT);
  sp.connections[name].open = true;
  sp.port->dial(name);
}

static void sp_begin(const Port *port, const uint8_t *secret, size_t size) {
  sp.port = port;
  sp.length = 0;
  sp.ready[FIRST] = sp.ready[SECOND] = false;
  memset(sp.connections, 0, sizeof sp.connections);
  memset(sp.key, 0, sizeof sp.key);
  if (size <= 64) memcpy(sp.key, secret, size);
  else {
    Sha s;
    sha_begin(&s);
    sha_add(&s, secret, size);
    sha_end(&s, sp.key);
  }
  sp.state = CONNECTING_FIRST;
  arm(HANDSHAKE_TIMEOUT);
  dial(FIRST);
}

static void sp_connected(Name name) {
  sp.connections[name].stands = true;
  disarm_waits();
  if (name == FIRST) {
    uint8_t frame[HEADER + 4 + NONCE] = {0};
    frame[HEADER] = 1;
    frame[HEADER + 1] = 2;
    random_bytes(frame + HEADER + 4, NONCE);
    send_frame(FIRST, HELLO, frame, 4 + NONCE);
    remember(frame, sizeof frame);
    sp.state = AWAITING_DESCRIPTOR;
    arm(REPLY_TIMEOUT);
  } else { /* step 100 */
    uint8_t frame[HEADER + 4 + NONCE + TAG] = {0};
    memcpy(frame + HEADER, sp.descriptor, 4);
    send_frame(SECOND, DESCRIPTOR, frame, 4 + NONCE + TAG);
    remember(frame, sizeof frame);
    sp.connections[FIRST].stands = false;
    sp.state = AWAITING_READY;
    arm(READY_TIMEOUT);
  }
}

static void sp_refused(Name name) {
  sp.connections[name].open = false;
  fail(name == SECOND ? CONNECTION_LOST : 0, "connectionRefused");
}

/* A connection ended, was reset, or carried what is no frame. */
static void sp_lost(Name name, const char *code) {
  Connection *c = &sp.connections[name];
  if (sp.state >= ESTABLISHED || !c->open || c->channel) return;
  c->stands = false;
  bool malformed = strcmp(code, "frameMalformed") == 0;
  fail(name == FIRST ? 0 : malformed ? PROTOCOL_VIOLATION : CONNECTION_LOST, code);
}

static void ready(Name name, const Frame *f) {
  if (!tag_is_right(f)) {
    fail(TAG_WRONG, "tagWrong");
    return;
  }
  sp.connections[name].channel = true;
  sp.ready[name] = true;
#if BROKEN != 2
  if (!sp.ready[FIRST] || !sp.ready[SECOND]) return;
#endif
  sp.state = ESTABLISHED;
  disarm_waits();
  sp.deadlines[HANDSHAKE_TIMEOUT] = INT64_MAX;
  sp.port->report(true, "");
}

static void take_frame(Name name, const Frame *f) {
  uint8_t type = f->bytes[5];
  if (type == DECLINE) fail(0, "declined");
  else if (type == READY && sp.state == AWAITING_READY) ready(name, f);
  else if (type == DESCRIPTOR && sp.state == AWAITING_DESCRIPTOR) {
    if (!tag_is_right(f)) {
      fail(TAG_WRONG, "tagWrong");
      return;
    }
    remember(f->bytes, f->size);
    memcpy(sp.descriptor, f->bytes + HEADER, 4);
    sp.state = CONNECTING_SECOND;
    dial(SECOND);
  } else fail(PROTOCOL_VIOLATION, "protocolViolation");
}

/* Bytes that came, split and coalesced anywhere. */
static void sp_bytes(Name name, const uint8_t *bytes, size_t size) {
  Connection *c = &sp.connections[name];
  for (size_t i = 0; i < size && sp.state < ESTABLISHED && c->open && !c->channel; i++) {
    c->in.bytes[c->in.size++] = bytes[i];
    if (c->in.size < HEADER) continue;
    if (!is_header(c->in.bytes)) {
      sp_lost(name, "frameMalformed");
      return;
    }
    if (c->in.size < HEADER + u32(c->in.bytes + 8)) continue;
    if (!is_payload(c->in.bytes[5], c->in.bytes + HEADER, c->in.size - HEADER)) {
      sp_lost(name, "frameMalformed");
      return;
    }
    take_frame(name, &c->in);
    c->in.size = 0;
  }
}

static void sp_abort(void) {
  if (sp.state < ESTABLISHED) fail(CLOSING, "aborted");
}

static void sp_close(void) {
  if (sp.state != ESTABLISHED) return;
  sp.state = OVER;
  release(false);
}

/* Time has passed; the limit that was due first expires first. */
static void sp_time(int64_t now) {
  int due = 0;
  for (int i = 1; i < LIMITS; i++)
    if (sp.deadlines[i] < sp.deadlines[due]) due = i;
  sp.now = now;
  if (sp.state < ESTABLISHED && sp.deadlines[due] <= now) fail(TIMED_OUT, limit_names[due]);
}

/* ---- The adapter protocol: a request a line, a reply a line ---- */

static struct {
  char text[65536];
  size_t size;
  uint8_t secret[1024];
  size_t secret_size;
} adapter;

static void event(const char *format, ...) __attribute__((format(printf, 1, 2)));
#include <stdarg.h>
static void event(const char *format, ...) {
  va_list rest;
  if (adapter.size > 0) adapter.text[adapter.size++] = ',';
  va_start(rest, format);
  adapter.size += (size_t)vsnprintf(adapter.text + adapter.size, sizeof adapter.text - adapter.size, format, rest);
  va_end(rest);
}

/* Connections have the numbers 1 and 2 in every attempt. */
static void adapter_dial(Name name) { event("{\"type\":\"dials\",\"connection\":%d,\"to\":\"wkp\"}", name + 1); }
static void adapter_close(Name name) { event("{\"type\":\"ended\",\"connection\":%d}", name + 1); }
static void adapter_reset(Name name) { event("{\"type\":\"reset\",\"connection\":%d}", name + 1); }
static void adapter_send(Name name, const uint8_t *bytes, size_t size) {
  char hex[2 * (HEADER + LONGEST) + 1];
  for (size_t i = 0; i < size; i++) sprintf(hex + 2 * i, "%02x", bytes[i]);
  event("{\"type\":\"bytes\",\"connection\":%d,\"hex\":\"%s\"}", name + 1, hex);
}
static void adapter_report(bool established, const char *code) {
  if (established) event("{\"type\":\"established\",\"mode\":\"network\"}");
  else event("{\"type\":\"failed\",\"code\":\"%s\"}", code);
}
static const Port adapter_port = {adapter_dial, adapter_send, adapter_close, adapter_reset, adapter_report};

/* What stands behind "key": in a line. The tester writes no blanks between tokens and no escapes in strings. */
static const char *field(const char *line, const char *key) {
  char pattern[64];
  snprintf(pattern, sizeof pattern, "\"%s\":", key);
  const char *found = strstr(line, pattern);
  return found == NULL ? "" : found + strlen(pattern);
}

static bool says(const char *line, const char *key, const char *value) {
  const char *there = field(line, key);
  size_t size = strlen(value);
  return there[0] == '"' && strncmp(there + 1, value, size) == 0 && there[1 + size] == '"';
}

static size_t from_hex(const char *hex, uint8_t *bytes, size_t most) {
  size_t size = 0;
  unsigned value;
  if (*hex == '"') hex++;
  while (size < most && sscanf(hex + 2 * size, "%2x", &value) == 1 && hex[2 * size] != '"') bytes[size++] = (uint8_t)value;
  return size;
}

static const char hello[] = "\"protocol\":\"stpconnect-adapter\",\"version\":1,\"name\":\"the server process in C\",\"roles\":[\"server\"],"
                            "\"modes\":[\"network\"],\"clock\":\"virtual\",\"quiet\":\"exact\",\"dials\":\"held\",\"reports\":\"codes\","
                            "\"wishes\":[\"close\",\"abort\"],"
                            "\"limits\":[\"connectTimeout\",\"replyTimeout\",\"readyTimeout\",\"handshakeTimeout\"]";

static void observe(long id) {
  printf("{\"id\":%ld,\"ok\":{\"events\":[%.*s],\"limits\":[", id, (int)adapter.size, adapter.text);
  adapter.size = 0;
  const char *comma = "";
  for (int i = 0; i < LIMITS; i++)
    if (sp.deadlines[i] != INT64_MAX) {
      printf("%s\"%s\"", comma, limit_names[i]);
      comma = ",";
    }
  printf("]}}\n");
}

static void reset(const char *line) {
  adapter.size = 0;
  adapter.secret_size = from_hex(field(line, "secret"), adapter.secret, sizeof adapter.secret);
  for (int i = 0; i < LIMITS; i++) sp.limits[i] = strtoll(field(line, limit_names[i]), NULL, 10);
  sp.now = 0;
  sp.state = OVER;
  sp_begin(&adapter_port, adapter.secret, adapter.secret_size);
}

/* Performs a request; false when it is none that is known here. */
static bool perform(const char *line) {
  Name name = strtol(field(line, "connection"), NULL, 10) == 2 ? SECOND : FIRST;
  if (says(line, "do", "reset")) reset(line);
  else if (says(line, "do", "accept")) sp_connected(name);
  else if (says(line, "do", "refuse")) sp_refused(name);
  else if (says(line, "do", "end")) sp_lost(name, "connectionEnded");
  else if (says(line, "do", "abort")) sp_lost(name, "connectionReset");
  else if (says(line, "do", "advance")) sp_time(sp.now + strtoll(field(line, "milliseconds"), NULL, 10));
  else if (says(line, "do", "wish") && says(line, "wish", "close")) sp_close();
  else if (says(line, "do", "wish") && says(line, "wish", "abort")) sp_abort();
  else if (says(line, "do", "send")) {
    uint8_t bytes[16384];
    sp_bytes(name, bytes, from_hex(field(line, "hex"), bytes, sizeof bytes));
  } else return says(line, "do", "close");
  return true;
}

static int serve_adapter(void) {
  static char line[1 << 20];
  while (fgets(line, sizeof line, stdin) != NULL) {
    long id = strtol(field(line, "id"), NULL, 10);
    if (says(line, "do", "hello")) printf("{\"id\":%ld,\"ok\":{%s}}\n", id, hello);
    else if (says(line, "do", "observe")) observe(id);
    else if (perform(line)) printf("{\"id\":%ld,\"ok\":{}}\n", id);
    else printf("{\"id\":%ld,\"error\":\"this request is not known here\"}\n", id);
    fflush(stdout);
    if (says(line, "do", "close")) break;
  }
  return 0;
}

/* ---- TCP: one attempt after the other ---- */

static struct {
  struct addrinfo *address;
  int sockets[2];
  bool connecting[2];
} tcp = {.sockets = {-1, -1}};

static int64_t milliseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void tcp_dial(Name name) {
  int s = socket(tcp.address->ai_family, SOCK_STREAM, 0);
  fcntl(s, F_SETFL, O_NONBLOCK);
  setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
  if (connect(s, tcp.address->ai_addr, tcp.address->ai_addrlen) != 0 && errno != EINPROGRESS) fprintf(stderr, "connect: %s\n", strerror(errno));
  tcp.sockets[name] = s;
  tcp.connecting[name] = true;
}

/* Frames are small: there is room for them. */
static void tcp_send(Name name, const uint8_t *bytes, size_t size) {
  if (send(tcp.sockets[name], bytes, size, MSG_NOSIGNAL) != (ssize_t)size) fprintf(stderr, "send: %s\n", strerror(errno));
}

/* Half-closes and discards for a moment: unread bytes would turn the close into a reset (section 1). */
static void tcp_close(Name name) {
  int s = tcp.sockets[name];
  char bytes[4096];
  int64_t until = milliseconds() + 500;
  shutdown(s, SHUT_WR);
  for (int64_t left; !tcp.connecting[name] && (left = until - milliseconds()) > 0;) {
    ssize_t size = poll(&(struct pollfd){.fd = s, .events = POLLIN}, 1, (int)left) > 0 ? read(s, bytes, sizeof bytes) : 0;
    if (size <= 0) break;
  }
  close(s);
  tcp.sockets[name] = -1;
}

static void tcp_reset(Name name) {
  setsockopt(tcp.sockets[name], SOL_SOCKET, SO_LINGER, &(struct linger){1, 0}, sizeof(struct linger));
  close(tcp.sockets[name]);
  tcp.sockets[name] = -1;
}

static void tcp_report(bool established, const char *code) {
  fprintf(stderr, established ? "established\n" : "failed: %s\n", code);
}

static const Port tcp_port = {tcp_dial, tcp_send, tcp_close, tcp_reset, tcp_report};

static void tcp_readable(Name name) {
  uint8_t bytes[4096];
  if (tcp.connecting[name]) {
    int error = 0;
    getsockopt(tcp.sockets[name], SOL_SOCKET, SO_ERROR, &error, &(socklen_t){sizeof error});
    tcp.connecting[name] = false;
    if (error == 0) sp_connected(name);
    else {
      close(tcp.sockets[name]);
      tcp.sockets[name] = -1;
      sp_refused(name);
    }
    return;
  }
  ssize_t size = read(tcp.sockets[name], bytes, sizeof bytes);
  if (size > 0) sp_bytes(name, bytes, (size_t)size); /* what comes on a channel is read and forgotten */
  else if (sp.state == ESTABLISHED) sp_close();
  else sp_lost(name, size == 0 ? "connectionEnded" : "connectionReset");
}

/* One attempt and its session, to the end. */
static void run_attempt(const uint8_t *secret, size_t size) {
  sp.now = milliseconds();
  sp_begin(&tcp_port, secret, size);
  while (sp.state != OVER) {
    struct pollfd polls[2];
    int64_t next = INT64_MAX;
    for (int i = 0; i < LIMITS; i++)
      if (sp.deadlines[i] < next) next = sp.deadlines[i];
    for (int i = 0; i < 2; i++) polls[i] = (struct pollfd){.fd = tcp.sockets[i], .events = tcp.connecting[i] ? POLLOUT : POLLIN};
    int64_t left = next - milliseconds();
    poll(polls, 2, next == INT64_MAX ? -1 : left > 0 ? (int)left : 0);
    /* Who has more than one thing to look at looks at the second connection first: its end must not overtake the first one's READY. */
    sp.now = milliseconds();
    for (int i = 0; i < 2; i++)
      if (tcp.sockets[i] >= 0 && polls[i].fd == tcp.sockets[i] && polls[i].revents != 0 && sp.state != OVER) tcp_readable((Name)i);
    if (sp.state != OVER) sp_time(milliseconds());
  }
}

static int usage(void) {
  fputs("usage: server-process [HOST PORT [--secret-file FILE] [NAME=MS ...]]\n", stderr);
  return 2;
}

int main(int argc, char **argv) {
  for (int i = 0; i < LIMITS; i++) sp.limits[i] = i == HANDSHAKE_TIMEOUT ? 15000 : 5000;
  if (argc == 1) return serve_adapter();
  if (argc < 3) return usage();
  static uint8_t secret[1024];
  size_t size = 0;
  for (int i = 3; i < argc; i++) {
    char *value = strchr(argv[i], '=');
    if (strcmp(argv[i], "--secret-file") == 0 && i + 1 < argc) {
      FILE *file = fopen(argv[++i], "rb");
      if (file == NULL) return usage();
      size = fread(secret, 1, sizeof secret, file);
      fclose(file);
      continue;
    }
    int limit = 0;
    while (value != NULL && limit < LIMITS && strncmp(argv[i], limit_names[limit], (size_t)(value - argv[i])) != 0) limit++;
    if (value == NULL || limit == LIMITS) return usage();
    sp.limits[limit] = atoll(value + 1);
  }
  if (getaddrinfo(argv[1], argv[2], &(struct addrinfo){.ai_socktype = SOCK_STREAM}, &tcp.address) != 0) return usage();
  for (;;) {
    run_attempt(secret, size);
    poll(NULL, 0, 10);
  }
}
