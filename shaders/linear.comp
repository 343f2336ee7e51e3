#version 460
// out[b,r,o] = act(Σ_i x[b,r,i]·weight[o,i] + bias[o]) + residual[b,r,o]. CPU twin: src/backend/cpu/linear.rs.
#extension GL_GOOGLE_include_directive : require

#include "lib/product.glsl"
#include "lib/product_engine.glsl"

uint source(uint row, uint tap, uint group)
{
    return (row - first_source) * x_row;
}

uvec2 target(uint row, uint group)
{
    return uvec2(row - first_row, 0);
}
