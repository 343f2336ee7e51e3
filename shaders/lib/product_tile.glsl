// Products on devices without cooperative matrices: a workgroup of 128 computes 64 rows × 64 columns from tiles in shared
// memory (8.25 KiB), an invocation 8 rows × 4 columns of it.

layout(local_size_x = 128) in;

const uint SIDE = 64;
const uint DEPTH = 16;
// One more than the tile: columns of a tile lie in different banks.
const uint PITCH = SIDE + 1;

shared float x_tile[DEPTH * PITCH];
shared float weight_tile[DEPTH * PITCH];

void main()
{
    uint group = gl_WorkGroupID.z;
    uint first_column = gl_WorkGroupID.x * SIDE;
    uint all = items * rows;
    uint lane = gl_LocalInvocationID.x;
    // What this invocation loads: half of a row of each tile.
    uint line = lane / 2;
    uint part = lane % 2 * 8;
    // What it computes.
    uint r0 = lane / 16 * 8;
    uint n0 = lane % 16 * 4;
    for (uint first = gl_WorkGroupID.y * SIDE; first < all; first += gl_NumWorkGroups.y * SIDE) {
        float sums[8][4];
        for (uint r = 0; r < 8; ++r)
            for (uint n = 0; n < 4; ++n)
                sums[r][n] = 0.0;
        for (uint tap = 0; tap < taps; ++tap) {
            uint start = source_of(min(first + line, all - 1), tap, group);
            uint weights = group * group_weight + ((first_column + line) * taps + tap) * depth;
            for (uint i = 0; i < depth; i += DEPTH) {
                barrier();
                for (uint c = part; c < part + 8; c += 4) {
                    bool inside = i + c < depth;
                    vec4 values = inside ? load_channels(start, i + c) : vec4(0.0);
                    vec4 w = inside ? load4_weight(weights + i + c) : vec4(0.0);
                    for (uint e = 0; e < 4; ++e) {
                        x_tile[(c + e) * PITCH + line] = values[e];
                        weight_tile[(c + e) * PITCH + line] = w[e];
                    }
                }
                barrier();
                for (uint k = 0; k < DEPTH; ++k) {
                    float w[4];
                    for (uint n = 0; n < 4; ++n)
                        w[n] = weight_tile[k * PITCH + n0 + n];
                    for (uint r = 0; r < 8; ++r) {
                        float value = x_tile[k * PITCH + r0 + r];
                        for (uint n = 0; n < 4; ++n)
                            sums[r][n] = fma(value, w[n], sums[r][n]);
                    }
                }
            }
        }
        for (uint r = 0; r < 8 && first + r0 + r < all; ++r) {
            if (first_column + n0 < cols) {
                vec4 four = vec4(sums[r][0], sums[r][1], sums[r][2], sums[r][3]);
                finish4(first + r0 + r, first_column + n0, group, four);
            }
        }
    }
}
