# The samples against the archive that they lie in:
#
#   cmake -S samples -B build && cmake --build build
#   build/minimal models/starter.m2f samples/audio/hello.wav faces.csv
#
# -DMEDIA2FACE_CPP=OFF leaves out C++.
cmake_minimum_required(VERSION 3.16)
project(media2face-samples C)
option(MEDIA2FACE_CPP "the samples in C++ too" ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_C_STANDARD 99)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_CXX_STANDARD 17)
set(CMAKE_CXX_EXTENSIONS OFF)

# A project of your own needs this, the line `find_package` and one line for each program.
list(PREPEND CMAKE_PREFIX_PATH "${CMAKE_CURRENT_SOURCE_DIR}/..")
find_package(media2face @VERSION@ REQUIRED)
if(NOT EXISTS "${media2face_STARTER}")
  message(FATAL_ERROR "the package has no starter model")
endif()

# Windows looks for the DLL beside the program.
function(bring_dll program)
  if(WIN32)
    add_custom_command(TARGET ${program} POST_BUILD COMMAND ${CMAKE_COMMAND} -E copy_if_different
      $<TARGET_FILE:media2face::media2face> $<TARGET_FILE_DIR:${program}>)
  endif()
endfunction()

foreach(name IN ITEMS minimal styles streaming several)
  add_executable(${name} c/${name}.c)
  target_link_libraries(${name} PRIVATE media2face::media2face)
  bring_dll(${name})
endforeach()

if(NOT MSVC)
  add_executable(minimal-static c/minimal.c)
  target_link_libraries(minimal-static PRIVATE media2face::static)
endif()

if(MEDIA2FACE_CPP)
  enable_language(CXX)
  foreach(name IN ITEMS minimal styles streaming several)
    add_executable(${name}-cpp cpp/${name}.cpp)
    target_link_libraries(${name}-cpp PRIVATE media2face::media2face)
    if(MINGW)
      target_link_options(${name}-cpp PRIVATE -static) # the DLLs of the compiler need not be found
    endif()
    bring_dll(${name}-cpp)
  endforeach()
endif()
