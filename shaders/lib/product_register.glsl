// Products on processors: an invocation holds 8 rows × 8 columns. Lanes lie along the columns, so that all of them read the
// same values of x; there is no shared memory, which a processor would only copy to.

layout(local_size_x_id = 0) in;

const uint ROWS = 8;
const uint COLUMNS = 8;

void main()
{
    uint group = gl_WorkGroupID.z;
    uint first_column = (gl_WorkGroupID.x * gl_WorkGroupSize.x + gl_LocalInvocationID.x) * COLUMNS;
    uint all = items * rows;
    if (first_column >= cols)
        return;
    for (uint first = gl_WorkGroupID.y * ROWS; first < all; first += gl_NumWorkGroups.y * ROWS) {
        float sums[ROWS][COLUMNS];
        for (uint r = 0; r < ROWS; ++r)
            for (uint n = 0; n < COLUMNS; ++n)
                sums[r][n] = 0.0;
        for (uint tap = 0; tap < taps; ++tap) {
            uint starts[ROWS];
            for (uint r = 0; r < ROWS; ++r)
                starts[r] = source_of(min(first + r, all - 1), tap, group);
            uint weights = group * group_weight + (first_column * taps + tap) * depth;
            for (uint i = 0; i < depth; i += 4) {
                vec4 values[ROWS];
                for (uint r = 0; r < ROWS; ++r)
                    values[r] = load_channels(starts[r], i);
                for (uint n = 0; n < COLUMNS; ++n) {
                    vec4 w = load4_weight(weights + n * taps * depth + i);
                    for (uint r = 0; r < ROWS; ++r) {
                        float sum = sums[r][n];
                        sum = fma(values[r].x, w.x, sum);
                        sum = fma(values[r].y, w.y, sum);
                        sum = fma(values[r].z, w.z, sum);
                        sums[r][n] = fma(values[r].w, w.w, sum);
                    }
                }
            }
        }
        for (uint r = 0; r < ROWS && first + r < all; ++r)
            for (uint n = 0; n < COLUMNS && first_column + n < cols; n += 4) {
                vec4 four = vec4(sums[r][n], sums[r][n + 1], sums[r][n + 2], sums[r][n + 3]);
                finish4(first + r, first_column + n, group, four);
            }
    }
}
