#version 460
#extension GL_GOOGLE_include_directive : require

// Unit vertex normals of neutral + offsets[b]: those of a vertex's triangles add up, weighted by area; +Z without area.
// CPU twin: src/backend/cpu/normals.rs. One invocation for a vertex. The lists were checked when the plan was compiled.

#include "lib/view.glsl"
#include "lib/point.glsl"

layout(constant_id = 2) const bool OFFSETS_HALF = false;
layout(constant_id = 3) const bool NEUTRAL_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;

VIEW(0, readonly, offsets, OFFSETS_HALF)
VIEW(1, readonly, neutral, NEUTRAL_HALF)
ARRAY(2, readonly, uint, triangles)
ARRAY(3, readonly, uint, first)
ARRAY(4, readonly, uint, incident)
VIEW(5, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    VIEW_PARAMS(offsets);
    VIEW_PARAMS(neutral);
    VIEW_PARAMS(out);
};

vec3 point(uint b, uint vertex)
{
    return LOAD_POINT(neutral, ROW(neutral, 0, vertex)) + LOAD_POINT(offsets, ROW(offsets, b, vertex));
}

// Of length 1. The largest component goes first, so that no square leaves the range of floats.
vec3 unit(vec3 sum)
{
    vec3 size = abs(sum);
    float largest = max(size.x, max(size.y, size.z));
    if (!(largest > 0.0) || isinf(largest))
        return vec3(0.0, 0.0, 1.0);
    vec3 scaled = sum / largest;
    return scaled / length(scaled);
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, 1); i += all_invocations()) {
        Element at = element(i, rows, 1);
        vec3 sum = vec3(0.0);
        for (uint k = first[at.row]; k < first[at.row + 1]; ++k) {
            uint corner = 3 * incident[k];
            vec3 p = point(at.batch, triangles[corner]);
            vec3 a = point(at.batch, triangles[corner + 1]) - p;
            vec3 c = point(at.batch, triangles[corner + 2]) - p;
            // Twice the area long, which is the weight.
            sum += cross(a, c);
        }
        STORE_POINT(out, ROW(out, at.batch, at.row), unit(sum));
    }
}
