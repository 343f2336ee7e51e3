#version 460
#extension GL_GOOGLE_include_directive : require

// out[b, v] = R(motion[b])·p[v] − p[v] + t(motion[b]); zero for no motion.
// CPU twin: src/backend/cpu/rigid_motion.rs. One invocation for a point. Devices need not know sine and cosine to more than
// 11 bits, so both are polynomials here.

#include "lib/view.glsl"
#include "lib/point.glsl"

layout(constant_id = 2) const bool MOTION_HALF = false;
layout(constant_id = 3) const bool POINTS_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;

VIEW(0, readonly, motion, MOTION_HALF)
VIEW(1, readonly, points, POINTS_HALF)
VIEW(2, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint cols;
    VIEW_PARAMS(motion);
    VIEW_PARAMS(points);
    VIEW_PARAMS(out);
};

const float TURN = 6.28318530718;

// The unit quaternion of a rotation vector: axis·sin h and cos h, where h is half its angle, −π/2..π/2 after whole turns
// are taken off. Taylor's series is off by at most 6e-8 there.
vec4 quaternion(vec3 rotation)
{
    float angle = length(rotation);
    float rest = angle - TURN * round(angle / TURN);
    float square = 0.25 * rest * rest;

    float sine = -1.0 / 39916800.0;
    sine = fma(sine, square, 1.0 / 362880.0);
    sine = fma(sine, square, -1.0 / 5040.0);
    sine = fma(sine, square, 1.0 / 120.0);
    sine = fma(sine, square, -1.0 / 6.0);
    sine = fma(sine, square, 1.0);

    float cosine = 1.0 / 479001600.0;
    cosine = fma(cosine, square, -1.0 / 3628800.0);
    cosine = fma(cosine, square, 1.0 / 40320.0);
    cosine = fma(cosine, square, -1.0 / 720.0);
    cosine = fma(cosine, square, 1.0 / 24.0);
    cosine = fma(cosine, square, -0.5);
    cosine = fma(cosine, square, 1.0);

    // Below half a turn nothing was taken off, and a vector of no length needs no quotient.
    float kept = rest == angle ? 1.0 : rest / angle;
    return vec4(rotation * (0.5 * kept * sine), cosine);
}

void main()
{
    for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, 1); i += all_invocations()) {
        Element at = element(i, rows, 1);
        uint motion = ROW(motion, at.batch, 0);
        vec4 q = quaternion(LOAD_POINT(motion, motion));
        vec3 p = LOAD_POINT(points, ROW(points, 0, at.row));
        // R·p = p + 2w(u×p) + 2u×(u×p), so that no motion leaves exactly zero.
        vec3 once = cross(q.xyz, p);
        vec3 turned = 2.0 * (q.w * once + cross(q.xyz, once));
        STORE_POINT(out, ROW(out, at.batch, at.row), turned + LOAD_POINT(motion, motion + 3));
    }
}
