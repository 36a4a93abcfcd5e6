/*
 * describe.h: what a package is, told to people and to programs.
 *
 *     hd_auto_done(hd_buf) text = HD_BUF_INIT(64 * HD_MIB);
 *     hd_package_describe_text(&text, package, NULL);
 *     if (hd_buf_check(&text, "description", err) != 0) ...
 *
 * Both take the closure (store.h) when the caller has it; with NULL only what the package itself
 * lists is told. Nothing is read and nothing fails: a default.toml that is not TOML leaves the
 * exports without values. Bytes that are not UTF-8 are replaced.
 *
 * The JSON object has always the same members, in this order; what is not known is null. Names that
 * `hab pkg info --json` has too mean the same.
 *
 *     format_version, key_name, hash_type      of the signature that holds; null when installed
 *     ident, origin, name, version, release    text
 *     checksum                                 BLAKE2b of the whole .hart; null when installed
 *     target, package_type                     "x86_64-linux"; "standard" or "native"
 *     title, description, maintainer, license, upstream_url
 *     file, directory                          where it was read from: one of them is null
 *     packed_size, unpacked_size, entry_count  bytes; packed_size is null when installed
 *     has_signed_files                         whether each file has a signed checksum (FILES)
 *     is_a_service                             whether it has something to run
 *     svc_user, svc_group                      null when the package does not say
 *     shutdown_signal, shutdown_timeout        "TERM", seconds; null when it is no service
 *     exposes                                  [6379]
 *     ports                                    [{port, names}]: exposed, with the exports that say
 *                                              that number
 *     exports                                  [{name, path, value}]: value from default.toml, or
 *                                              null
 *     binds, binds_optional                    [{name, exports}]
 *     hooks, config_templates                  names
 *     config                                   default.toml as text
 *     path, programs                           absolute
 *     runtime_environment                      {NAME: value}, without PATH
 *     deps, tdeps                              full identifiers
 *     closure                                  [{ident, unpacked_size, file, directory}] in the
 *                                              order of hd_closure; null without a closure
 *     closure_size                             bytes of all of them unpacked
 */
#ifndef HD_PACKAGE_DESCRIBE_H
#define HD_PACKAGE_DESCRIBE_H

#include "hd/data/json.h"
#include "hd/package/store.h"

/* For a terminal: aligned, silent about what the package has not, and without control characters,
 * whatever the package contains. */
void hd_package_describe_text(hd_buf *out, const hd_package *package, const hd_closure *closure);

/* To be released with json_decref. */
json_t *hd_package_describe_json(const hd_package *package, const hd_closure *closure);

#endif
