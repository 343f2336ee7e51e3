#ifndef _WIN32
#define _GNU_SOURCE /* dladdr */
#endif

#include "library.h"

#include <stdio.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#define NAME "media2face.dll"
#else
#include <dlfcn.h>
#ifdef __APPLE__
#define NAME "libmedia2face.dylib"
#else
#define NAME "libmedia2face.so"
#endif
#endif

#define LONGEST_PATH 4096

struct library library;
static char folder[LONGEST_PATH];
static int loaded;

/* Where this binding lies, with a slash behind it; empty if nobody knows. In an exported game that is where its libraries are. */
static void find_folder(void)
{
    size_t length = 0, at;
#ifdef _WIN32
    WCHAR wide[LONGEST_PATH];
    HMODULE own;
    const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT;
    if (!GetModuleHandleExW(flags, (LPCWSTR)(const void *)&library, &own)) return;
    if (!GetModuleFileNameW(own, wide, LONGEST_PATH)) return;
    if (!WideCharToMultiByte(CP_UTF8, 0, wide, -1, folder, sizeof folder, NULL, NULL)) return;
#else
    Dl_info own;
    if (!dladdr(&library, &own) || !own.dli_fname || strlen(own.dli_fname) >= sizeof folder) return;
    strcpy(folder, own.dli_fname);
#endif
    for (at = 0; folder[at]; at++)
        if (folder[at] == '/' || folder[at] == '\\') length = at + 1;
    folder[length] = 0;
}

/* The system's handle, or NULL with its reason. */
static void *open_library(const char *path, char *reason, size_t capacity)
{
#ifdef _WIN32
    WCHAR wide[LONGEST_PATH];
    void *handle = NULL;
    if (MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, LONGEST_PATH)) handle = (void *)LoadLibraryW(wide);
    if (!handle) snprintf(reason, capacity, "error %lu of the system", GetLastError());
    return handle;
#else
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!handle) snprintf(reason, capacity, "%s", dlerror());
    return handle;
#endif
}

static void *find(void *handle, const char *name)
{
#ifdef _WIN32
    FARPROC found = GetProcAddress((HMODULE)handle, name);
    void *address;
    memcpy(&address, &found, sizeof address);
    return address;
#else
    return dlsym(handle, name);
#endif
}

/* Says nothing of a library that is right. A handle stays open: the library has threads. */
static int take(void *handle, const char *path, char *error, size_t capacity)
{
    struct library found;
    uint32_t (*version)(void);
    void *address = find(handle, "m2f_version");
    uint32_t has;
    if (!address) {
        snprintf(error, capacity, "%s is not the library media2face: it has no m2f_version", path);
        return 0;
    }
    memcpy(&version, &address, sizeof version);
    has = version();
    if (has >> 8 != (M2F_VERSION_MAJOR << 8 | M2F_VERSION_MINOR)) {
        snprintf(error, capacity, "%s is version %u.%u.%u, and this binding is made for %d.%d", path, (unsigned)(has >> 16),
            (unsigned)(has >> 8 & 255), (unsigned)(has & 255), M2F_VERSION_MAJOR, M2F_VERSION_MINOR);
        return 0;
    }
#define M2F_FIND(name) \
    address = find(handle, #name); \
    if (!address) { \
        snprintf(error, capacity, "%s has no function %s", path, #name); \
        return 0; \
    } \
    memcpy(&found.name, &address, sizeof address);
    M2F_USED(M2F_FIND)
#undef M2F_FIND
    library = found;
    loaded = 1;
    return 1;
}

int library_load(const char *path, char *error, size_t capacity)
{
    char beside[LONGEST_PATH + sizeof NAME];
    const char *places[2];
    int count, at;
    size_t said = 0;
    if (loaded) return 1;
    if (!*folder) find_folder();
    snprintf(beside, sizeof beside, "%s" NAME, folder);
    places[0] = *path ? path : beside;
    places[1] = NAME;
    count = *path || !*folder ? 1 : 2;
    if (!*path && !*folder) places[0] = NAME;
    said = (size_t)snprintf(error, capacity, "the library media2face cannot be loaded");
    for (at = 0; at < count; at++) {
        char reason[1024];
        void *handle = open_library(places[at], reason, sizeof reason);
        if (handle) return take(handle, places[at], error, capacity);
        if (said < capacity) said += (size_t)snprintf(error + said, capacity - said, "; looked for %s: %s", places[at], reason);
    }
    return 0;
}
