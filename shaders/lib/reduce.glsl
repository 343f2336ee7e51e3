// Sums over a workgroup, the same in every invocation. The size of the workgroup is a power of two.

shared float reduce_parts[gl_WorkGroupSize.x];

#ifdef HALF

#extension GL_KHR_shader_subgroup_arithmetic : require

float workgroup_sum(float x)
{
    float sum = subgroupAdd(x);
    if (gl_NumSubgroups == 1)
        return sum;
    barrier(); // The parts of the sum before this one have been read.
    if (subgroupElect())
        reduce_parts[gl_SubgroupID] = sum;
    barrier();
    sum = 0.0;
    for (uint i = 0; i < gl_NumSubgroups; ++i)
        sum += reduce_parts[i];
    return sum;
}

#else

float workgroup_sum(float x)
{
    barrier(); // The parts of the sum before this one have been read.
    uint lane = gl_LocalInvocationID.x;
    reduce_parts[lane] = x;
    barrier();
    for (uint width = gl_WorkGroupSize.x / 2; width > 0; width /= 2) {
        if (lane < width)
            reduce_parts[lane] += reduce_parts[lane + width];
        barrier();
    }
    return reduce_parts[0];
}

#endif
