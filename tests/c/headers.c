/*
 * The C headers, alone and twice, in C and in C++. It is compiled and not run.
 */
#include <media2face.h>
#include <media2face_vulkan.h>

#include <media2face.h>
#include <media2face_vulkan.h>

int main(void)
{
    m2f_status (*const names[])(const m2f_model *, uint32_t, char *, size_t, size_t *) = {m2f_model_weight_name, 0};
    return names[1] != 0 || M2F_STATUS_OK;
}
