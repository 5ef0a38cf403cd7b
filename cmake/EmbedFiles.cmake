# cmake -DOUTPUT=FILE -DFOLDER=DIR -P EmbedFiles.cmake: writes the C++ source that has the files of
# the folder as constants, for src/http/assets.h. The same files give the same source.

# Not a list: the types have semicolons.
set(type_html "text/html; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_svg "image/svg+xml")

file(GLOB files RELATIVE "${FOLDER}" "${FOLDER}/*")
list(SORT files)
set(arrays "")
set(entries "")
set(number 0)
foreach(file IN LISTS files)
  string(REGEX REPLACE "^.*\\." "" ending "${file}")
  if(NOT DEFINED type_${ending})
    message(FATAL_ERROR "${FOLDER}/${file}: no content type is known for .${ending}: add it to EmbedFiles.cmake")
  endif()
  set(type "${type_${ending}}")
  file(READ "${FOLDER}/${file}" bytes HEX)
  string(REGEX REPLACE "(................................................................)" "\\1\n  " bytes "${bytes}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${bytes}")
  string(APPEND arrays "constexpr char kFile${number}[] = {\n  ${bytes}};\n")
  set(path "/${file}")
  if(file STREQUAL "index.html")
    set(path "/")
  endif()
  string(APPEND entries "    {\"${path}\", \"${type}\", {kFile${number}, sizeof kFile${number}}},\n")
  math(EXPR number "${number} + 1")
endforeach()

file(WRITE "${OUTPUT}" "// Made by cmake/EmbedFiles.cmake.

#include \"http/assets.h\"

namespace strata::http {
namespace {

${arrays}
constexpr Asset kAssets[] = {
${entries}};

}  // namespace

std::span<const Asset> Assets() {
  return kAssets;
}

}  // namespace strata::http
")
