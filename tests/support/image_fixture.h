/*
 * image_fixture.h: a small set of installed packages in the test's directory, enough for an image.
 *
 *     image_fixture fixture = image_fixture_make(arena);
 *     hd_rootfs_plan(arena, &fixture.packages, ...)
 *
 * acme/web (a service: user web, port 8080, programs web and ls) needs core/glibc; base packages
 * have what an image needs of them. Tests change what they are about before they use it.
 */
#ifndef HD_TEST_IMAGE_FIXTURE_H
#define HD_TEST_IMAGE_FIXTURE_H

#include "hd/image/rootfs.h"

typedef struct image_fixture {
    hd_image_packages packages;
    hd_package_access access;
    hd_package *glibc;
    hd_package *busybox;
    hd_package *hab;
    hd_package *web;
} image_fixture;

image_fixture image_fixture_make(hd_arena *arena);

/* A package with a directory on disk that has an IDENT. */
hd_package *image_fixture_package(hd_arena *arena, const char *origin, const char *name,
                                  const char *release);
/* Writes a file below the package's directory. */
void image_fixture_file(const hd_package *package, const char *path, const char *text,
                        unsigned mode);
/* An executable file in bin, which is on the package's PATH. */
void image_fixture_program(hd_arena *arena, hd_package *package, const char *directory,
                           const char *name);

#endif
