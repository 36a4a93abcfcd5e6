#include "hd/package/hart.h"

#include "hd/base/cancel.h"
#include "hd/base/encode.h"
#include "hd/base/mem.h"

#include <fcntl.h>
#include <sys/stat.h>

enum { HEADER_MAX = 5 * HD_HART_LINE_MAX, CHUNK_SIZE = 64 * 1024 };

/* A header line with the message for its absence. */
static int next_line(hd_str *rest, const char *missing, hd_str *ret_line, hd_error *err)
{
    size_t end = hd_str_find(*rest, '\n');
    if (end >= HD_HART_LINE_MAX) {
        return hd_fail(err, HD_E_INVALID, "a header line is longer than %d bytes",
                       HD_HART_LINE_MAX - 1);
    }
    if (end == rest->length) {
        return hd_fail(err, HD_E_INVALID, "%s", missing);
    }
    *ret_line = hd_str_trim((hd_str){rest->data, end});
    *rest = hd_str_from(*rest, end + 1);
    if (!hd_str_is_utf8(*ret_line)) {
        return hd_fail(err, HD_E_INVALID, "a header line is not UTF-8");
    }
    return 0;
}

static int shown_length(hd_str text)
{
    return (int)(text.length < 100 ? text.length : 100);
}

static int parse_version(hd_str line, hd_hart_header *header, hd_error *err)
{
    (void)header;
    return hd_str_is(line, "HART-1")
               ? 0
               : hd_fail(err, HD_E_INVALID, "unsupported format version \"%.*s\"",
                         shown_length(line), line.data);
}

static int parse_signer(hd_str line, hd_hart_header *header, hd_error *err)
{
    hd_str name;
    hd_str revision;
    if (!hd_key_split_name(line, &name, &revision)) {
        return hd_fail(err, HD_E_INVALID, "cannot parse named revision \"%.*s\" of the signing key",
                       shown_length(line), line.data);
    }
    memcpy(header->signer, line.data, line.length);
    header->signer[line.length] = '\0';
    return 0;
}

static int parse_hash_type(hd_str line, hd_hart_header *header, hd_error *err)
{
    (void)header;
    return hd_str_is(line, "BLAKE2b")
               ? 0
               : hd_fail(err, HD_E_INVALID, "unsupported signature type \"%.*s\"",
                         shown_length(line), line.data);
}

static int parse_signature(hd_str line, hd_hart_header *header, hd_error *err)
{
    hd_auto_done(hd_buf) bytes = HD_BUF_INIT(sizeof(header->signed_message));
    if (line.length == 0 || !hd_base64_decode(line, &bytes)) {
        return hd_fail(err, HD_E_INVALID, "the signature is not valid base64");
    }
    memcpy(header->signed_message, bytes.data, bytes.length);
    header->signed_length = bytes.length;
    return 0;
}

static int parse_delimiter(hd_str line, hd_hart_header *header, hd_error *err)
{
    (void)header;
    return line.length == 0
               ? 0
               : hd_fail(err, HD_E_INVALID, "expected an empty line after the header, got \"%.*s\"",
                         shown_length(line), line.data);
}

static const struct {
    const char *missing;
    int (*parse)(hd_str line, hd_hart_header *header, hd_error *err);
} header_lines[] = {
    {"corrupt file: no format version", parse_version},
    {"corrupt file: no name of the signing key", parse_signer},
    {"corrupt file: no hash type", parse_hash_type},
    {"corrupt file: no signature", parse_signature},
    {"corrupt file: no end of the header", parse_delimiter},
};

int hd_hart_parse_header(hd_str data, hd_hart_header *ret_header, hd_error *err)
{
    hd_hart_header header = {0};
    hd_str rest = data;
    for (size_t i = 0; i < HD_COUNT(header_lines); i++) {
        hd_str line = {0};
        int status = next_line(&rest, header_lines[i].missing, &line, err);
        if (status == 0) {
            status = header_lines[i].parse(line, &header, err);
        }
        if (status != 0) {
            return status;
        }
    }
    header.payload_offset = (size_t)(rest.data - data.data);
    *ret_header = header;
    return 0;
}

int hd_hart_open_signature(const hd_hart_header *header, const hd_key *key,
                           char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    hd_str message;
    hd_str signed_message = {(const char *)header->signed_message, header->signed_length};
    if (!hd_sign_open(signed_message, key->bytes, &message)) {
        return hd_fail(err, HD_E_INTEGRITY, "the signature by %s does not hold", header->signer);
    }
    uint8_t bytes[HD_DIGEST_SIZE];
    if (!hd_hex_decode(message, bytes, sizeof(bytes))) {
        return hd_fail(err, HD_E_INTEGRITY, "what %s signed is not a BLAKE2b digest",
                       header->signer);
    }
    memcpy(ret_digest, message.data, message.length);
    ret_digest[message.length] = '\0';
    return 0;
}

/* Constant time, as Habitat compares them. */
static int compare_digests(const char *wanted, const char *computed, hd_error *err)
{
    if (hd_equal_secret(wanted, computed, HD_DIGEST_HEX_SIZE)) {
        return 0;
    }
    return hd_fail(err, HD_E_INTEGRITY,
                   "the payload is not what was signed: its hash must be %s and is %s", wanted,
                   computed);
}

static int signed_digest(const hd_hart_header *header, const char *key_cache,
                         char ret_digest[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    hd_key key = {0};
    int status = hd_key_load_public(key_cache, header->signer, &key, err);
    return status == 0 ? hd_hart_open_signature(header, &key, ret_digest, err) : status;
}

int hd_hart_open_memory(hd_str data, const char *key_cache, hd_str *ret_payload, hd_error *err)
{
    hd_hart_header header = {0};
    char wanted[HD_DIGEST_HEX_SIZE];
    int status = hd_hart_parse_header(data, &header, err);
    if (status == 0) {
        status = signed_digest(&header, key_cache, wanted, err);
    }
    if (status != 0) {
        return status;
    }
    char computed[HD_DIGEST_HEX_SIZE];
    hd_str payload = hd_str_from(data, header.payload_offset);
    hd_digest_of(HD_BLAKE2B, payload, computed);
    status = compare_digests(wanted, computed, err);
    if (status == 0) {
        *ret_payload = payload;
    }
    return status;
}

struct hd_hart {
    char *path;
    int fd;
    uint64_t size;
    hd_hart_header header;
    bool verified;
    char digest[HD_DIGEST_HEX_SIZE];   /* of the payload */
    char checksum[HD_DIGEST_HEX_SIZE]; /* of the whole file */
};

static int read_header(hd_hart *hart, hd_error *err)
{
    hd_auto_free char *start = hd_alloc(HEADER_MAX);
    ssize_t got = 0;
    do {
        got = pread(hart->fd, start, HEADER_MAX, 0);
    } while (got < 0 && errno == EINTR);
    if (got < 0) {
        return hd_fail_errno(err, errno, "%s", hart->path);
    }
    int status = hd_hart_parse_header((hd_str){start, (size_t)got}, &hart->header, err);
    return status == 0 ? 0 : hd_wrap(err, "%s", hart->path);
}

int hd_hart_open(const char *path, hd_hart **ret_hart, hd_error *err)
{
    struct stat info;
    hd_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &info) != 0) {
        return hd_fail_errno(err, errno, "%s", path);
    }
    if (!S_ISREG(info.st_mode)) {
        return hd_fail(err, HD_E_INVALID, "%s: not a regular file", path);
    }
    hd_auto(hd_hart) *hart = hd_alloc(sizeof(*hart));
    hart->path = hd_strdup(path);
    hart->fd = hd_take_fd(&fd);
    hart->size = (uint64_t)info.st_size;
    int status = read_header(hart, err);
    if (status == 0) {
        *ret_hart = HD_TAKE(hart);
    }
    return status;
}

void hd_hart_free(hd_hart *hart)
{
    if (hart != NULL) {
        (void)close(hart->fd);
        free(hart->path);
        free(hart);
    }
}

/* Both digests in one reading: the whole file, and what follows the header. */
static int digest_file(const hd_hart *hart, char payload[HD_DIGEST_HEX_SIZE],
                       char whole[HD_DIGEST_HEX_SIZE], hd_error *err)
{
    hd_auto(hd_source) *file = hd_source_fd(hart->fd, 0, hart->path);
    hd_auto(hd_digest) *of_payload = hd_digest_new(HD_BLAKE2B);
    hd_auto(hd_digest) *of_whole = hd_digest_new(HD_BLAKE2B);
    hd_auto_free char *chunk = hd_alloc(CHUNK_SIZE);
    size_t skip = hart->header.payload_offset;
    for (;;) {
        size_t got = 0;
        int status = hd_cancel_check(err);
        if (status == 0) {
            status = hd_source_read(file, chunk, CHUNK_SIZE, &got, err);
        }
        if (status != 0) {
            return status;
        }
        if (got == 0) {
            break;
        }
        size_t header = skip < got ? skip : got;
        hd_digest_update(of_whole, chunk, got);
        hd_digest_update(of_payload, chunk + header, got - header);
        skip -= header;
    }
    hd_digest_final(of_payload, payload);
    hd_digest_final(of_whole, whole);
    return 0;
}

int hd_hart_verify(hd_hart *hart, const char *key_cache, hd_error *err)
{
    char wanted[HD_DIGEST_HEX_SIZE];
    hart->verified = false; /* an earlier answer says nothing about what the file is now */
    int status = signed_digest(&hart->header, key_cache, wanted, err);
    if (status == 0) {
        status = digest_file(hart, hart->digest, hart->checksum, err);
    }
    if (status == 0) {
        status = compare_digests(wanted, hart->digest, err);
    }
    if (status != 0) {
        return hd_wrap(err, "%s", hart->path);
    }
    hart->verified = true;
    return 0;
}

const char *hd_hart_path(const hd_hart *hart)
{
    return hart->path;
}

const char *hd_hart_signer(const hd_hart *hart)
{
    return hart->header.signer;
}

const char *hd_hart_checksum(const hd_hart *hart)
{
    return hart->checksum;
}

uint64_t hd_hart_size(const hd_hart *hart)
{
    return hart->size;
}

/* The compressed payload, hashed once more while it is read: its end must be that of what was
 * verified. */
typedef struct guarded_source {
    hd_source base;
    hd_source *inner;
    hd_digest *digest; /* NULL once the end was seen */
    const hd_hart *hart;
} guarded_source;

static int guarded_read(hd_source *self, void *data, size_t size, size_t *ret_got, hd_error *err)
{
    guarded_source *source = (guarded_source *)self;
    int status = hd_source_read(source->inner, data, size, ret_got, err);
    if (status != 0 || source->digest == NULL) {
        return status;
    }
    if (*ret_got > 0) {
        hd_digest_update(source->digest, data, *ret_got);
        return 0;
    }
    char digest[HD_DIGEST_HEX_SIZE];
    hd_digest_final(source->digest, digest);
    hd_digest_free(HD_TAKE(source->digest));
    if (!hd_equal_secret(digest, source->hart->digest, sizeof(digest))) {
        return hd_fail(err, HD_E_INTEGRITY, "%s: changed while it was read", source->hart->path);
    }
    return 0;
}

static void guarded_free(hd_source *self)
{
    guarded_source *source = (guarded_source *)self;
    hd_digest_free(source->digest);
    hd_source_free(source->inner);
    free(source);
}

int hd_hart_payload(const hd_hart *hart, const hd_xz_limits *limits, hd_source **ret_tar,
                    hd_error *err)
{
    if (!hart->verified) {
        return hd_fail(err, HD_E_INTERNAL, "%s: its payload was asked for before it was verified",
                       hart->path);
    }
    guarded_source *source = hd_alloc(sizeof(*source));
    *source = (guarded_source){
        .base = {guarded_read, guarded_free},
        .inner = hd_source_fd(hart->fd, (int64_t)hart->header.payload_offset, hart->path),
        .digest = hd_digest_new(HD_BLAKE2B),
        .hart = hart,
    };
    return hd_source_xz_take(&source->base, limits, ret_tar, err);
}
