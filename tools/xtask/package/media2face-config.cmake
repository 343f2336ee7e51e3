# media2face @VERSION@ for @TARGET@
#
#   find_package(media2face 0.2 REQUIRED)
#   target_link_libraries(game PRIVATE media2face::media2face)   # the shared library
#   target_link_libraries(game PRIVATE media2face::static)       # or the static one
#
# media2face_STARTER is the starter model.

get_filename_component(_media2face_root "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(media2face_STARTER "${_media2face_root}/models/starter.m2f")

if(NOT TARGET media2face::media2face)
  add_library(media2face::media2face SHARED IMPORTED)
  set_target_properties(media2face::media2face PROPERTIES
    IMPORTED_LOCATION "${_media2face_root}/@SHARED@"
    @SHARED_PROPERTY@
    INTERFACE_INCLUDE_DIRECTORIES "${_media2face_root}/include")
endif()

if(NOT TARGET media2face::static)
  add_library(media2face::static STATIC IMPORTED)
  set_target_properties(media2face::static PROPERTIES
    IMPORTED_LOCATION "${_media2face_root}/lib/libmedia2face.a"
    INTERFACE_INCLUDE_DIRECTORIES "${_media2face_root}/include"
    INTERFACE_COMPILE_DEFINITIONS M2F_STATIC
    INTERFACE_LINK_LIBRARIES "@STATIC_LIBRARIES@")
endif()

unset(_media2face_root)
