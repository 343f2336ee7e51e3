// The elements of `out`, shared out over a one-dimensional grid so that neighbours take neighbouring columns.
//
//   for (uint i = gl_GlobalInvocationID.x; i < elements(batch, rows, cols); i += all_invocations())
//       Element at = element(i, rows, cols);

#include "vector.glsl"

struct Element {
    uint batch;
    uint row;
    uint col;
};

uint all_invocations()
{
    return gl_NumWorkGroups.x * gl_WorkGroupSize.x;
}

uint elements(uint batch, uint rows, uint cols)
{
    return batch * rows * (cols / LANES);
}

Element element(uint i, uint rows, uint cols)
{
    uint row = i / (cols / LANES);
    return Element(row / rows, row % rows, i % (cols / LANES) * LANES);
}
