# hd_embed_templates(TARGET DIR): compiles every template under DIR into TARGET, so that the program works
# without being installed. hd/data/templates.h reads the table.
function(hd_embed_templates target dir)
  file(GLOB_RECURSE templates CONFIGURE_DEPENDS "${dir}/*.hbs")
  set(out "${PROJECT_BINARY_DIR}/builtin-templates.c")
  add_custom_command(
    OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} -DDIR=${dir} -DOUT=${out} -P "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${templates} "${PROJECT_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    COMMENT "Embedding templates"
    VERBATIM)
  target_sources(${target} PRIVATE "${out}")
endfunction()
