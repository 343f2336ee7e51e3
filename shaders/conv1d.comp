#version 460
// out[b,t,o] = act(Σ_{k,i} x[b, t·stride + k·dilation − pad, i]·weight[o,i,k] + bias[o]) + residual[b,t,o], by groups of
// channels. CPU twin: src/backend/cpu/conv1d.rs.
#extension GL_GOOGLE_include_directive : require

#include "lib/product.glsl"
#include "lib/product_engine.glsl"

uint source(uint row, uint tap, uint group)
{
    uint from = row * stride + tap * dilation;
    return from < pad || from - pad >= source_rows ? NOWHERE : (from - pad - first_source) * x_row + group * inputs;
}

uvec2 target(uint row, uint group)
{
    return uvec2(row - first_row, group * cols);
}
