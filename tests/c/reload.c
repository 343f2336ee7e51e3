/*
 * A Windows host that loads the DLL and unloads it, again and again: each time it makes a runtime with threads and a model
 * from a path that need not be ASCII. Nothing of the library may stay behind.
 *
 *     reload media2face.dll MODEL.m2f TIMES
 */
#include <windows.h>

#include <media2face.h>
#include <stdio.h>
#include <stdlib.h>
#include <tlhelp32.h>

/* Threads of this process. */
static int threads(void)
{
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry;
    int count = 0;
    entry.dwSize = sizeof entry;
    if (Thread32First(all, &entry)) do count += entry.th32OwnerProcessID == GetCurrentProcessId(); while (Thread32Next(all, &entry));
    CloseHandle(all);
    return count;
}

/* A function of the DLL into a pointer of its type. */
static void find(HMODULE library, const char *name, void *function)
{
    FARPROC found = GetProcAddress(library, name);
    if (!found) {
        fprintf(stderr, "the DLL has no %s\n", name);
        exit(1);
    }
    *(FARPROC *)function = found;
}

static void once(const wchar_t *path, const char *model_path)
{
    m2f_status (*runtime_options_init)(m2f_runtime_options *, size_t);
    m2f_status (*runtime_create)(const m2f_runtime_options *, m2f_runtime **);
    void (*runtime_destroy)(m2f_runtime *);
    m2f_status (*model_options_init)(m2f_model_options *, size_t);
    m2f_status (*model_create)(const m2f_runtime *, const m2f_model_options *, m2f_model **);
    void (*model_destroy)(m2f_model *);
    const char *(*last_error)(void);
    m2f_runtime_options runtime_options;
    m2f_model_options model_options;
    m2f_runtime *runtime = NULL;
    m2f_model *model = NULL;
    HMODULE library = LoadLibraryW(path);
    if (!library) {
        fprintf(stderr, "the DLL does not load: %lu\n", GetLastError());
        exit(1);
    }
    find(library, "m2f_runtime_options_init", &runtime_options_init);
    find(library, "m2f_runtime_create", &runtime_create);
    find(library, "m2f_runtime_destroy", &runtime_destroy);
    find(library, "m2f_model_options_init", &model_options_init);
    find(library, "m2f_model_create", &model_create);
    find(library, "m2f_model_destroy", &model_destroy);
    find(library, "m2f_last_error", &last_error);
    runtime_options_init(&runtime_options, sizeof runtime_options);
    runtime_options.thread_count = 2;
    model_options_init(&model_options, sizeof model_options);
    model_options.path = model_path;
    if (runtime_create(&runtime_options, &runtime) || model_create(runtime, &model_options, &model)) {
        fprintf(stderr, "%s\n", last_error());
        exit(1);
    }
    model_destroy(model);
    runtime_destroy(runtime);
    FreeLibrary(library);
}

int wmain(int argc, wchar_t **argv)
{
    char model_path[1024];
    int i, times, before, after;
    if (argc != 4 || (times = _wtoi(argv[3])) < 2) {
        fprintf(stderr, "usage: reload media2face.dll MODEL.m2f TIMES\n");
        return 2;
    }
    /* The library takes UTF-8, on Windows too. */
    if (!WideCharToMultiByte(CP_UTF8, 0, argv[2], -1, model_path, sizeof model_path, NULL, NULL)) return 2;
    once(argv[1], model_path);
    before = threads();
    for (i = 1; i < times; i++) once(argv[1], model_path);
    after = threads();
    if (GetModuleHandleW(argv[1]) || after > before) {
        fprintf(stderr, "after %d times %d threads, after one %d; the DLL is %s\n", times, after, before,
                GetModuleHandleW(argv[1]) ? "loaded" : "gone");
        return 1;
    }
    printf("   loaded and unloaded %d times: %d threads after the first, %d after the last\n", times, before, after);
    return 0;
}
