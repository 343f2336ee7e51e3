// Rows of three columns as points, one invocation for a row:
//
//   for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, 1); i += all_invocations())
//       Element at = element(i, rows, 1);

#include "element.glsl"

#define LOAD_POINT(NAME, I) vec3(load_##NAME(I), load_##NAME((I) + 1), load_##NAME((I) + 2))

#define STORE_POINT(NAME, I, VALUE)      \
    do {                                 \
        uint to = I;                     \
        vec3 value = VALUE;              \
        store_##NAME(to, value.x);       \
        store_##NAME(to + 1, value.y);   \
        store_##NAME(to + 2, value.z);   \
    } while (false)
