// Count, mean and sum of squared deviations of groups of columns, gathered by a workgroup.
//
// A workgroup looks at `tile_groups` neighbouring groups of columns. Each group has `lanes` invocations side by side, and
// the whole row of them is repeated downwards, as often as the workgroup holds it: neighbours read neighbouring columns.

#include "vector.glsl"

struct Moments {
    float count;
    float mean;
    float squares;
};

const Moments NO_MOMENTS = Moments(0.0, 0.0, 0.0);

// Chan's sum of two: no cancellation, whatever the means are.
Moments merge(Moments a, Moments b)
{
    float count = a.count + b.count;
    if (count == 0.0)
        return a;
    float part = b.count / count;
    float apart = b.mean - a.mean;
    return Moments(count, a.mean + apart * part, a.squares + b.squares + apart * apart * a.count * part);
}

// Where an invocation stands.
struct Seat {
    uint group; // in the tile
    uint lane;  // in the group
    uint row;   // among the repetitions
    uint rows;  // repetitions; an invocation whose row is past them has no work
};

Seat seat(uint tile_groups, uint lanes)
{
    uint i = gl_LocalInvocationID.x;
    uint width = tile_groups * lanes;
    return Seat(i % width / lanes, i % lanes, i / width, gl_WorkGroupSize.x / width);
}

shared Moments moments_parts[gl_WorkGroupSize.x];

// The moments of the seat's group from those that every invocation found; all call it.
Moments merge_workgroup(Moments own, Seat at, uint tile_groups, uint lanes)
{
    uint i = gl_LocalInvocationID.x;
    barrier(); // What was merged before has been read.
    moments_parts[i] = own;
    barrier();
    if (at.row == 0) {
        for (uint row = 1; row < at.rows; ++row)
            own = merge(own, moments_parts[row * tile_groups * lanes + i]);
        moments_parts[i] = own;
    }
    barrier();
    Moments all = NO_MOMENTS;
    for (uint lane = 0; lane < lanes; ++lane)
        all = merge(all, moments_parts[at.group * lanes + lane]);
    return all;
}
