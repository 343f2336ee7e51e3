#version 460
// out = act(x), element by element; a copy without a function. CPU twin: src/backend/cpu/map.rs.
#extension GL_GOOGLE_include_directive : require

#include "lib/view.glsl"
#include "lib/activation.glsl"

layout(local_size_x_id = 0) in;
layout(constant_id = 1) const bool X_HALF = false;
layout(constant_id = 2) const bool OUT_HALF = false;
layout(constant_id = 3) const uint ACTIVATION = 0;
layout(constant_id = 4) const bool VECTOR = false;

layout(push_constant) uniform Params
{
    uint batch;
    uint rows;
    uint cols;
    VIEW_PARAMS(x);
    VIEW_PARAMS(out);
};

VIEW(0, readonly, x, X_HALF)
VIEW(1, writeonly, out, OUT_HALF)

void main()
{
    uint width = VECTOR ? cols / 4 : cols;
    uint all = batch * rows * width;
    for (uint i = gl_GlobalInvocationID.x; i < all; i += gl_NumWorkGroups.x * gl_WorkGroupSize.x) {
        uint row = i / width;
        uint column = i % width;
        uint from = ROW(x, row / rows, row % rows);
        uint to = ROW(out, row / rows, row % rows);
        if (VECTOR)
            store4_out(to + column * 4, activate(ACTIVATION, load4_x(from + column * 4)));
        else
            store_out(to + column, activate(ACTIVATION, load_x(from + column)));
    }
}
