// Products by cooperative matrices, halves times halves into floats. A workgroup computes a tile of
// SUBGROUPS × BLOCKS × (M, N); x and weight pass through shared memory as halves, 32 deep, and the next 32 are on their way
// from device memory while these are multiplied.

#extension GL_KHR_cooperative_matrix : require
#extension GL_KHR_memory_scope_semantics : require
#extension GL_KHR_shader_subgroup_basic : require

layout(local_size_x_id = 0) in;

// Size of one cooperative matrix.
layout(constant_id = 8) const uint M = 16;
layout(constant_id = 9) const uint N = 16;
layout(constant_id = 10) const uint K = 16;
// Matrices of a subgroup, and subgroups of a workgroup, along rows and columns.
layout(constant_id = 11) const uint BLOCKS_M = 2;
layout(constant_id = 12) const uint BLOCKS_N = 2;
layout(constant_id = 13) const uint SUBGROUPS_M = 2;
layout(constant_id = 14) const uint SUBGROUPS_N = 2;
// f16vec4s that an invocation carries of each tile.
layout(constant_id = 15) const uint X_LOADS = 4;
layout(constant_id = 16) const uint WEIGHT_LOADS = 4;

const uint DEPTH = 32;
const uint DEPTH4 = DEPTH / 4;
// Rows of a tile begin 80 bytes apart: eight of them lie in different banks.
const uint PITCH4 = DEPTH4 + 2;
const uint ROWS = SUBGROUPS_M * BLOCKS_M * M;
const uint COLUMNS = SUBGROUPS_N * BLOCKS_N * N;

shared f16vec4 x_tile[ROWS * PITCH4];
shared f16vec4 weight_tile[COLUMNS * PITCH4];
shared float results[SUBGROUPS_M * SUBGROUPS_N * M * N];

// Four values of row m, from depth k on, all taps side by side.
f16vec4 load_rows(uint m, uint k, uint group)
{
    uint tap = taps == 1 ? 0 : k / depth;
    if (m >= items * rows || k >= taps * depth)
        return f16vec4(0.0);
    return f16vec4(load_channels(source_of(m, tap, group), k - tap * depth));
}

// Four weights of column n, from depth k on.
f16vec4 load_columns(uint n, uint k, uint group)
{
    if (n >= (cols + 63) / 64 * 64 || k >= taps * depth)
        return f16vec4(0.0);
    return weight_f16x4[(group * group_weight + n * taps * depth + k) / 4];
}

void main()
{
    uint group = gl_WorkGroupID.z;
    uint first_column = gl_WorkGroupID.x * COLUMNS;
    uint lane = gl_LocalInvocationID.x;
    uint block_row = gl_SubgroupID % SUBGROUPS_M * BLOCKS_M * M;
    uint block_column = gl_SubgroupID / SUBGROUPS_M * BLOCKS_N * N;
    for (uint first = gl_WorkGroupID.y * ROWS; first < items * rows; first += gl_NumWorkGroups.y * ROWS) {
        coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator> sums[BLOCKS_M * BLOCKS_N];
        for (uint b = 0; b < BLOCKS_M * BLOCKS_N; ++b)
            sums[b] = coopmat<float, gl_ScopeSubgroup, M, N, gl_MatrixUseAccumulator>(0.0);
        f16vec4 x_next[X_LOADS];
        f16vec4 weight_next[WEIGHT_LOADS];
        for (uint k = 0; k < taps * depth + DEPTH; k += DEPTH) {
            // What was loaded in the round before becomes the tile; round 0 only loads.
            if (k > 0) {
                barrier();
                for (uint l = 0; l < X_LOADS; ++l) {
                    uint at = l * gl_WorkGroupSize.x + lane;
                    x_tile[at / DEPTH4 * PITCH4 + at % DEPTH4] = x_next[l];
                }
                for (uint l = 0; l < WEIGHT_LOADS; ++l) {
                    uint at = l * gl_WorkGroupSize.x + lane;
                    weight_tile[at / DEPTH4 * PITCH4 + at % DEPTH4] = weight_next[l];
                }
                barrier();
            }
            if (k < taps * depth) {
                for (uint l = 0; l < X_LOADS; ++l) {
                    uint at = l * gl_WorkGroupSize.x + lane;
                    x_next[l] = load_rows(first + at / DEPTH4, k + at % DEPTH4 * 4, group);
                }
                for (uint l = 0; l < WEIGHT_LOADS; ++l) {
                    uint at = l * gl_WorkGroupSize.x + lane;
                    weight_next[l] = load_columns(first_column + at / DEPTH4, k + at % DEPTH4 * 4, group);
                }
            }
            if (k == 0)
                continue;
            for (uint part = 0; part < DEPTH; part += K) {
                coopmat<float16_t, gl_ScopeSubgroup, M, K, gl_MatrixUseA> a[BLOCKS_M];
                for (uint i = 0; i < BLOCKS_M; ++i) {
                    uint at = (block_row + i * M) * PITCH4 + part / 4;
                    coopMatLoad(a[i], x_tile, at, PITCH4, gl_CooperativeMatrixLayoutRowMajor);
                }
                for (uint j = 0; j < BLOCKS_N; ++j) {
                    coopmat<float16_t, gl_ScopeSubgroup, K, N, gl_MatrixUseB> b;
                    uint at = (block_column + j * N) * PITCH4 + part / 4;
                    coopMatLoad(b, weight_tile, at, PITCH4, gl_CooperativeMatrixLayoutColumnMajor);
                    for (uint i = 0; i < BLOCKS_M; ++i)
                        sums[i * BLOCKS_N + j] = coopMatMulAdd(a[i], b, sums[i * BLOCKS_N + j]);
                }
            }
        }
        uint own = gl_SubgroupID * M * N;
        for (uint b = 0; b < BLOCKS_M * BLOCKS_N; ++b) {
            barrier();
            coopMatStore(sums[b], results, own, N, gl_CooperativeMatrixLayoutRowMajor);
            barrier();
            uint row = first + block_row + b / BLOCKS_N * M;
            uint column = first_column + block_column + b % BLOCKS_N * N;
            for (uint e = gl_SubgroupInvocationID * 4; e < M * N; e += gl_SubgroupSize * 4) {
                uint m = row + e / N;
                uint n = column + e % N;
                if (m < items * rows && n < cols) {
                    uint at = own + e;
                    finish4(m, n, group, vec4(results[at], results[at + 1], results[at + 2], results[at + 3]));
                }
            }
        }
    }
}
