# For cmake: builds for 64-bit Windows by mingw-w64; what deps.sh has installed is found, nothing of this machine's.
set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR x86_64)
set(CMAKE_C_COMPILER x86_64-w64-mingw32-gcc)
# Some projects ask for C++ and compile none when their tests are off.
set(CMAKE_CXX_COMPILER x86_64-w64-mingw32-gcc)
set(CMAKE_CXX_COMPILER_FORCED TRUE)
set(CMAKE_RC_COMPILER x86_64-w64-mingw32-windres)
set(CMAKE_SHARED_LINKER_FLAGS "-static-libgcc")
set(CMAKE_FIND_ROOT_PATH /usr/x86_64-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
