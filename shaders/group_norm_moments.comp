#version 460
#extension GL_GOOGLE_include_directive : require

// Count, mean and Σ(x − mean)² of every group of columns in every chunk of rows: the first pass of group_norm.comp.
// CPU twin: src/backend/cpu/group_norm.rs. One workgroup for a chunk of rows of a tile of groups.

#include "lib/view.glsl"
#include "lib/moments.glsl"

layout(constant_id = 2) const bool X_HALF = false;

VIEW(0, readonly, x, X_HALF)
// [batch, groups, chunks, 3]
VIEW_F32(1, writeonly, partials)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint groups;
    uint group_cols;
    // Groups of a workgroup, and invocations side by side in each.
    uint tile_groups;
    uint lanes;
    // Rows of a chunk, and chunks of all rows; this call has some of them, the first of which writes at partials_offset.
    uint chunk_rows;
    uint chunks;
    uint partials_offset;
    VIEW_PARAMS(x);
};

// Of the column, or four, in rows first, first + step, ...; sums are taken about the first value, so that they are small.
Moments column_moments(uint column, uint first, uint end, uint step)
{
    vec4 origin = LOAD(x, column + first * x_row);
    vec4 sum = vec4(0.0);
    vec4 squares = vec4(0.0);
    float count = 0.0;
    for (uint row = first; row < end; row += step) {
        vec4 d = LOAD(x, column + row * x_row) - origin;
        sum += d;
        squares += d * d;
        count += 1.0;
    }
    vec4 offset = sum / count;
    squares -= sum * offset;
    Moments all = Moments(count, origin.x + offset.x, squares.x);
    for (uint i = 1; i < LANES; ++i)
        all = merge(all, Moments(count, origin[i] + offset[i], squares[i]));
    return all;
}

void reduce(uint b, uint first_group, uint chunk)
{
    Seat at = seat(tile_groups, lanes);
    uint group = first_group + at.group;
    uint first = chunk * chunk_rows + at.row;
    uint end = min((chunk + 1) * chunk_rows, rows);
    Moments own = NO_MOMENTS;
    if (at.row < at.rows && group < groups && first < end) {
        uint column = ROW(x, b, 0) + group * group_cols;
        for (uint c = at.lane * LANES; c < group_cols; c += lanes * LANES)
            own = merge(own, column_moments(column + c, first, end, at.rows));
    }
    Moments all = merge_workgroup(own, at, tile_groups, lanes);
    if (at.row == 0 && at.lane == 0 && group < groups) {
        uint i = partials_offset + ((b * groups + group) * chunks + chunk) * 3;
        store_partials(i, all.count);
        store_partials(i + 1, all.mean);
        store_partials(i + 2, all.squares);
    }
}

void main()
{
    uint own_chunks = (rows + chunk_rows - 1) / chunk_rows;
    uint tiles = (groups + tile_groups - 1) / tile_groups;
    for (uint job = gl_WorkGroupID.x; job < batch * own_chunks * tiles; job += gl_NumWorkGroups.x) {
        uint chunk = job / tiles % own_chunks;
        reduce(job / tiles / own_chunks, job % tiles * tile_groups, chunk);
    }
}
