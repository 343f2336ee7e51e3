#version 460
#extension GL_GOOGLE_include_directive : require

// out = softmax(scale·q·kᵀ + mask)·v, head by head of HEAD_COLS columns.
// CPU twin: src/backend/cpu/attention.rs. One workgroup for a block of queries of a head. It goes through the keys tile by
// tile with a running maximum and sum (online softmax), so that no more scores than a tile's are ever stored:
//
//   scores   every invocation four queries × TILE_KEYS·BLOCK_QUERIES/(4·invocations) keys
//   weights  every invocation some keys of one query: maximum, e^(score − maximum), sum
//   out      every invocation OUT_ROWS queries × four columns, rescaled when a maximum grows

#include "lib/view.glsl"
#include "lib/vector.glsl"

layout(constant_id = 2) const bool Q_HALF = false;
layout(constant_id = 3) const bool K_HALF = false;
layout(constant_id = 4) const bool V_HALF = false;
layout(constant_id = 5) const bool OUT_HALF = false;
layout(constant_id = 6) const uint MASK = 0;
layout(constant_id = 7) const uint HEAD_COLS = 64;
// A multiple of four that divides the invocations.
layout(constant_id = 8) const uint BLOCK_QUERIES = 16;
layout(constant_id = 9) const uint TILE_KEYS = 16;

const uint CAUSAL = 1;
const uint BAND = 2;

VIEW(0, readonly, q, Q_HALF)
VIEW(1, readonly, k, K_HALF)
VIEW(2, readonly, v, V_HALF)
VIEW(3, writeonly, out, OUT_HALF)

layout(push_constant, std430) uniform Params {
    uint batch;
    uint heads;
    uint queries;
    uint keys;
    // Of the band.
    uint width;
    float scale;
    VIEW_PARAMS(q);
    VIEW_PARAMS(k);
    VIEW_PARAMS(v);
    VIEW_PARAMS(out);
};

const uint INVOCATIONS = gl_WorkGroupSize.x;
// Vectors of a row, and from a row to the next in shared memory: odd, so that rows begin in different banks.
const uint VECTORS = (HEAD_COLS + 3) / 4;
const uint STRIDE = VECTORS | 1;

// Scores: invocations side by side along the keys, keys of each.
const uint KEY_LANES = INVOCATIONS / (BLOCK_QUERIES / 4);
const uint LANE_KEYS = (TILE_KEYS + KEY_LANES - 1) / KEY_LANES;
// Weights: invocations that share a query.
const uint SHARES = INVOCATIONS / BLOCK_QUERIES;
// Out: rows of invocations, queries of each.
const uint OUT_LANES = INVOCATIONS / VECTORS;
const uint OUT_ROWS = (BLOCK_QUERIES + OUT_LANES - 1) / OUT_LANES;

// Below every score, and so far below it that a difference of the two vanishes in exp2 without overflow.
const float LOWEST = -1e30;
const float HIDDEN = -1e38;
const float LOG2_E = 1.44269504;

shared vec4 query_rows[BLOCK_QUERIES * STRIDE];
// Keys, then values.
shared vec4 tile_rows[TILE_KEYS * STRIDE];
// Scores, then weights: [key][query].
shared float weights[TILE_KEYS * BLOCK_QUERIES];
// Of each share of a query: maxima, at the end sums.
shared float shares[SHARES * BLOCK_QUERIES];
// What the sums so far are multiplied with, by query.
shared float rescale[BLOCK_QUERIES];

// Four columns from i on, zeros past the end of the head.
#define HEAD_VECTOR(NAME)                                          \
    vec4 head_vector_##NAME(uint row, uint vector)                 \
    {                                                              \
        uint i = row + vector * 4;                                 \
        if (FOUR)                                                  \
            return load4_##NAME(i);                                \
        vec4 y = vec4(0.0);                                        \
        for (uint n = 0; n < min(4, HEAD_COLS - vector * 4); ++n)  \
            y[n] = load_##NAME(i + n);                             \
        return y;                                                  \
    }

HEAD_VECTOR(q)
HEAD_VECTOR(k)
HEAD_VECTOR(v)

// Copies rows of a head to shared memory; rows past the last are zeros.
#define COPY_ROWS(NAME, TO, COUNT, ROW_0, PRESENT)                                       \
    for (uint n = gl_LocalInvocationID.x; n < COUNT * VECTORS; n += INVOCATIONS) {       \
        uint r = n / VECTORS;                                                            \
        uint vector = n % VECTORS;                                                       \
        bool present = r < PRESENT;                                                      \
        TO[r * STRIDE + vector] =                                                        \
            present ? head_vector_##NAME(ROW_0 + r * NAME##_row, vector) : vec4(0.0);    \
    }

// First key that a query sees, and one past the last: always one range.
uvec2 seen(uint query)
{
    if (MASK == CAUSAL)
        return uvec2(0, min(query + 1, keys));
    if (MASK == BAND && query > 0)
        return min(uvec2(query - min(query, width), query - 1 + width), keys);
    return uvec2(0, keys);
}

// Keys that some query of the block sees.
uvec2 seen_by_block(uint first, uint count)
{
    if (MASK == BAND && first == 0)
        return uvec2(0, keys);
    return uvec2(seen(first).x, seen(first + count - 1).y);
}

// Scores of the tile, in units of log2; those that the mask hides are HIDDEN.
void score(uint first_query, uint first_key)
{
    uint row = gl_LocalInvocationID.x / KEY_LANES * 4;
    uint lane = gl_LocalInvocationID.x % KEY_LANES;
    vec4 sums[LANE_KEYS];
    for (uint n = 0; n < LANE_KEYS; ++n)
        sums[n] = vec4(0.0);
    for (uint vector = 0; vector < VECTORS; ++vector) {
        uint at = row * STRIDE + vector;
        vec4 q0 = query_rows[at];
        vec4 q1 = query_rows[at + STRIDE];
        vec4 q2 = query_rows[at + 2 * STRIDE];
        vec4 q3 = query_rows[at + 3 * STRIDE];
        for (uint n = 0; n < LANE_KEYS; ++n) {
            vec4 key = tile_rows[min(lane + n * KEY_LANES, TILE_KEYS - 1) * STRIDE + vector];
            sums[n] += vec4(dot(q0, key), dot(q1, key), dot(q2, key), dot(q3, key));
        }
    }
    uvec2 range[4];
    for (uint i = 0; i < 4; ++i)
        range[i] = seen(first_query + row + i);
    for (uint n = 0; n < LANE_KEYS; ++n) {
        uint tile_key = lane + n * KEY_LANES;
        uint key = first_key + tile_key;
        if (tile_key >= TILE_KEYS)
            break;
        for (uint i = 0; i < 4; ++i) {
            bool visible = key >= range[i].x && key < range[i].y;
            weights[tile_key * BLOCK_QUERIES + row + i] = visible ? sums[n][i] * (scale * LOG2_E) : HIDDEN;
        }
    }
}

// What an invocation knows of its query.
struct Running {
    float top; // largest score, the same in all shares
    float sum; // of its own share's weights
};

// Scores to weights; `running` moves on to the new maximum. The values take the keys' place meanwhile.
void weigh(inout Running running, uint v_first, uint count)
{
    uint query = gl_LocalInvocationID.x % BLOCK_QUERIES;
    uint share = gl_LocalInvocationID.x / BLOCK_QUERIES;
    float top = running.top;
    for (uint key = share; key < TILE_KEYS; key += SHARES)
        top = max(top, weights[key * BLOCK_QUERIES + query]);
    shares[gl_LocalInvocationID.x] = top;
    COPY_ROWS(v, tile_rows, TILE_KEYS, v_first, count)
    barrier();
    for (uint other = 0; other < SHARES; ++other)
        top = max(top, shares[other * BLOCK_QUERIES + query]);
    float factor = exp2(running.top - top);
    running = Running(top, running.sum * factor);
    if (share == 0)
        rescale[query] = factor;
    for (uint key = share; key < TILE_KEYS; key += SHARES) {
        uint i = key * BLOCK_QUERIES + query;
        float weight = exp2(weights[i] - top);
        weights[i] = weight;
        running.sum += weight;
    }
}

void attend(uint b, uint head, uint block)
{
    uint lane = gl_LocalInvocationID.x;
    uint head_first = head * HEAD_COLS;
    uint first = block * BLOCK_QUERIES;
    uint count = min(BLOCK_QUERIES, queries - first);
    uint own_vector = lane % VECTORS;
    uint own_row = lane / VECTORS * OUT_ROWS;

    barrier(); // What the block before left in shared memory has been read.
    COPY_ROWS(q, query_rows, BLOCK_QUERIES, ROW(q, b, first) + head_first, count)

    Running running = Running(LOWEST, 0.0);
    vec4 sums[OUT_ROWS];
    for (uint r = 0; r < OUT_ROWS; ++r)
        sums[r] = vec4(0.0);

    uvec2 range = seen_by_block(first, count);
    for (uint first_key = range.x; first_key < range.y; first_key += TILE_KEYS) {
        uint tile_keys = min(TILE_KEYS, keys - first_key);
        COPY_ROWS(k, tile_rows, TILE_KEYS, ROW(k, b, first_key) + head_first, tile_keys)
        barrier();
        score(first, first_key);
        barrier();
        weigh(running, ROW(v, b, first_key) + head_first, tile_keys);
        barrier();
        if (own_row < BLOCK_QUERIES) {
            for (uint r = 0; r < OUT_ROWS; ++r)
                sums[r] *= rescale[min(own_row + r, BLOCK_QUERIES - 1)];
            for (uint key = 0; key < tile_keys; ++key) {
                vec4 value = tile_rows[key * STRIDE + own_vector];
                for (uint r = 0; r < OUT_ROWS; ++r)
                    sums[r] += weights[key * BLOCK_QUERIES + min(own_row + r, BLOCK_QUERIES - 1)] * value;
            }
        }
        barrier(); // The values make room for the next keys.
    }

    shares[lane] = running.sum;
    barrier();
    for (uint r = 0; r < OUT_ROWS && own_row + r < count; ++r) {
        float sum = 0.0;
        for (uint share = 0; share < SHARES; ++share)
            sum += shares[share * BLOCK_QUERIES + own_row + r];
        vec4 y = sum > 0.0 ? sums[r] / sum : vec4(0.0);
        uint i = ROW(out, b, first + own_row + r) + head_first + own_vector * 4;
        if (FOUR) {
            store4_out(i, y);
        } else {
            for (uint n = 0; n < min(4, HEAD_COLS - own_vector * 4); ++n)
                store_out(i + n, y[n]);
        }
    }
}

void main()
{
    uint blocks = (queries + BLOCK_QUERIES - 1) / BLOCK_QUERIES;
    for (uint job = gl_WorkGroupID.x; job < batch * heads * blocks; job += gl_NumWorkGroups.x) {
        uint item = job / blocks;
        attend(item / heads, item % heads, job % blocks);
    }
}
