#version 460
#extension GL_GOOGLE_include_directive : require

// out = act(n·weight + bias) or act(n·(1 + γ) + β), where n is x normalised over all rows and the columns of each group.
// CPU twin: src/backend/cpu/group_norm.rs. Second pass, after group_norm_moments.comp: a workgroup merges the moments of
// its tile of groups, then normalises a chunk of rows; out may be x.

#include "lib/view.glsl"
#include "lib/moments.glsl"
#include "lib/activation.glsl"

layout(constant_id = 2) const uint ACTIVATION = NO_ACTIVATION;
layout(constant_id = 3) const bool X_HALF = false;
layout(constant_id = 4) const bool OUT_HALF = false;
layout(constant_id = 5) const bool FILM_HALF = false;
// What follows the normalisation: nothing, weight and bias, or the film's γ and β.
layout(constant_id = 6) const uint GAIN = 0;

const uint AFFINE = 1;
const uint FILM = 2;

VIEW(0, readonly, x, X_HALF)
// [batch, groups, chunks, 3]
VIEW_F32(1, readonly, partials)
VIEW_F32(2, readonly, weight)
VIEW_F32(3, readonly, bias)
VIEW(4, readonly, film, FILM_HALF)
VIEW(5, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint rows;
    uint groups;
    uint group_cols;
    // Groups of a workgroup, and invocations side by side in each.
    uint tile_groups;
    uint lanes;
    // Rows of a workgroup.
    uint chunk_rows;
    // Partials of each group, and where the first item's are.
    uint chunks;
    uint partials_offset;
    float eps;
    VIEW_PARAMS(x);
    VIEW_PARAMS(film);
    VIEW_PARAMS(out);
};

Moments group_moments(uint b, uint group, Seat at)
{
    Moments own = NO_MOMENTS;
    if (at.row < at.rows && group < groups) {
        for (uint chunk = at.row * lanes + at.lane; chunk < chunks; chunk += at.rows * lanes) {
            uint i = partials_offset + ((b * groups + group) * chunks + chunk) * 3;
            own = merge(own, Moments(load_partials(i), load_partials(i + 1), load_partials(i + 2)));
        }
    }
    return merge_workgroup(own, at, tile_groups, lanes);
}

// Factor and summand of a normalised column, or four.
void column_gain(uint b, uint column, out vec4 gain, out vec4 shift)
{
    gain = vec4(1.0);
    shift = vec4(0.0);
    if (GAIN == AFFINE) {
        gain = LOAD(weight, column);
        shift = LOAD(bias, column);
    } else if (GAIN == FILM) {
        gain += LOAD(film, ROW(film, b, 0) + column);
        shift = LOAD(film, ROW(film, b, 0) + groups * group_cols + column);
    }
}

void normalise(uint b, uint first_group, uint chunk)
{
    Seat at = seat(tile_groups, lanes);
    uint group = first_group + at.group;
    Moments all = group_moments(b, group, at);
    if (at.row >= at.rows || group >= groups)
        return;
    float scale = inversesqrt(all.squares / all.count + eps);
    uint end = min((chunk + 1) * chunk_rows, rows);
    for (uint c = at.lane * LANES; c < group_cols; c += lanes * LANES) {
        uint column = group * group_cols + c;
        vec4 gain, shift;
        column_gain(b, column, gain, shift);
        gain *= scale;
        for (uint row = chunk * chunk_rows + at.row; row < end; row += at.rows) {
            vec4 y = (LOAD(x, ROW(x, b, row) + column) - all.mean) * gain + shift;
            STORE(out, ROW(out, b, row) + column, activate(ACTIVATION, y));
        }
    }
}

void main()
{
    uint own_chunks = (rows + chunk_rows - 1) / chunk_rows;
    uint tiles = (groups + tile_groups - 1) / tile_groups;
    for (uint job = gl_WorkGroupID.x; job < batch * own_chunks * tiles; job += gl_NumWorkGroups.x) {
        uint chunk = job / tiles % own_chunks;
        normalise(job / tiles / own_chunks, job % tiles * tile_groups, chunk);
    }
}
