# One place for language level, warnings, hardening and instrumentation.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

# Assertions are for programming errors and stay on in releases.
set(CMAKE_C_FLAGS_RELWITHDEBINFO "-O2 -g")
set(CMAKE_C_FLAGS_RELEASE "-O2")

include(CheckPIESupported)
check_pie_supported(LANGUAGES C)
find_package(Threads REQUIRED)

add_library(hd_flags INTERFACE)
target_include_directories(hd_flags INTERFACE "${PROJECT_SOURCE_DIR}/include")
target_compile_definitions(hd_flags INTERFACE
  _GNU_SOURCE _FILE_OFFSET_BITS=64 HD_VERSION="${PROJECT_VERSION}")
target_compile_options(hd_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
  -Wold-style-definition -Wundef -Wvla -Wformat=2 -Wcast-qual -Wwrite-strings -Wpointer-arith
  -Wswitch-enum -Wnull-dereference -Wimplicit-fallthrough -Wdouble-promotion
  -Wno-missing-field-initializers) # option and command tables leave the rest of a row zero
if(HD_WERROR)
  target_compile_options(hd_flags INTERFACE -Werror)
endif()

if(HD_SANITIZE)
  target_compile_options(hd_flags INTERFACE -fsanitize=${HD_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(hd_flags INTERFACE -fsanitize=${HD_SANITIZE})
elseif(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_options(hd_flags INTERFACE -fstack-protector-strong -fstack-clash-protection -fcf-protection)
  target_compile_definitions(hd_flags INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(hd_flags INTERFACE -Wl,-z,relro,-z,now)
endif()
if(HD_COVERAGE)
  target_compile_options(hd_flags INTERFACE --coverage)
  target_link_options(hd_flags INTERFACE --coverage)
endif()
if(HD_FUZZ)
  target_compile_options(hd_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
