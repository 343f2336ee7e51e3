#version 460
#extension GL_GOOGLE_include_directive : require

// Points of frames into a buffer of a host's own layout: target[b, v] = points[b, v] + base[v]. Only the words of this one
// attribute are written. CPU twin: src/backend/cpu/vertices.rs. One invocation for a vertex.

#include "lib/view.glsl"
#include "lib/point.glsl"

// Those of src/plan/vertices.rs.
const uint F32X3 = 0;
const uint F32X4 = 1;
const uint F16X4 = 2;

layout(constant_id = 2) const uint FORMAT = F32X3;
layout(constant_id = 3) const bool BASE = false;

VIEW_F32(0, readonly, points)
VIEW_F32(1, readonly, base)
ARRAY(2, writeonly, uint, target)

// Strides of the target count words.
layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    VIEW_PARAMS(points);
    VIEW_PARAMS(base);
    VIEW_PARAMS(target);
};

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, 1); i += all_invocations()) {
        Element at = element(i, rows, 1);
        vec4 vertex = vec4(LOAD_POINT(points, ROW(points, at.batch, at.row)), BASE ? 1.0 : 0.0);
        if (BASE)
            vertex.xyz += LOAD_POINT(base, ROW(base, 0, at.row));
        uint to = ROW(target, at.batch, at.row);
        if (FORMAT == F16X4) {
            target[to] = packHalf2x16(vertex.xy);
            target[to + 1] = packHalf2x16(vertex.zw);
        } else {
            uvec4 words = floatBitsToUint(vertex);
            target[to] = words.x;
            target[to + 1] = words.y;
            target[to + 2] = words.z;
            if (FORMAT == F32X4)
                target[to + 3] = words.w;
        }
    }
}
