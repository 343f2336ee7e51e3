/*
 * Included before a sample: its runtime gives the bits of every machine (M2F_RUNTIME_PORTABLE), as a WebAssembly module does.
 */
#ifndef MEDIA2FACE_PORTABLE_H
#define MEDIA2FACE_PORTABLE_H

#ifndef _WIN32
#define _POSIX_C_SOURCE 200809L /* as in sample.h, which comes too late for what is included here */
#endif

#include <media2face.h>

static inline m2f_status portable_runtime(const m2f_runtime_options *given, m2f_runtime **out)
{
    m2f_runtime_options options;
    m2f_status status = m2f_runtime_options_init(&options, sizeof options);
    if (status != M2F_STATUS_OK) return status;
    if (given) options = *given;
    options.flags |= M2F_RUNTIME_PORTABLE;
    return m2f_runtime_create(&options, out);
}

#define m2f_runtime_create portable_runtime

#endif
