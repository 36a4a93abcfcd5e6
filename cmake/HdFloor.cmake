# hd_library(NAME DIR [USES library...] [LIBS target...]): DIR/*.c as the static library hd_NAME. USES lists only
# libraries of lower floors: an upward call does not link.
function(hd_library name dir)
  cmake_parse_arguments(arg "" "" "USES;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.c")
  list(TRANSFORM arg_USES PREPEND hd_)
  if(sources)
    add_library(hd_${name} STATIC ${sources})
    target_link_libraries(hd_${name} PUBLIC hd_flags ${arg_USES} ${arg_LIBS})
  else()
    add_library(hd_${name} INTERFACE)
    target_link_libraries(hd_${name} INTERFACE hd_flags ${arg_USES} ${arg_LIBS})
  endif()
endfunction()

# A floor of lib/.
macro(hd_floor name)
  hd_library(${name} "${PROJECT_SOURCE_DIR}/lib/${name}" ${ARGN})
endmacro()
