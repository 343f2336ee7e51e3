// The activations of src/plan/ops.rs, f32. CPU twin: src/backend/cpu/math.rs.
//
// `activate(ACTIVATION, x)` with a specialization constant leaves one of them in the compiled kernel.

const uint NO_ACTIVATION = 0;
const uint GELU = 1;
const uint QUICK_GELU = 2;
const uint SILU = 3;

// erf x within 1.2e-7 where exp is exact: below 1 it is x·P(x²), above 1 − e^(−x²)·Q(x), and 1 from 4 on.
vec4 erf4(vec4 x)
{
    vec4 size = min(abs(x), 4.0);
    vec4 square = size * size;

    vec4 near = vec4(7.647116e-5);
    near = fma(near, square, vec4(-7.9423556e-4));
    near = fma(near, square, vec4(5.1797493e-3));
    near = fma(near, square, vec4(-2.6848592e-2));
    near = fma(near, square, vec4(1.12834305e-1));
    near = fma(near, square, vec4(-3.7612605e-1));
    near = fma(near, square, vec4(1.1283791671));

    vec4 far = vec4(-3.8888192e-4);
    far = fma(far, size, vec4(6.005098e-3));
    far = fma(far, size, vec4(-4.0998016e-2));
    far = fma(far, size, vec4(1.6413319e-1));
    far = fma(far, size, vec4(-4.3167883e-1));
    far = fma(far, size, vec4(7.92594e-1));
    far = fma(far, size, vec4(-1.0482101));
    far = fma(far, size, vec4(9.861271e-1));
    far = 1.0 - exp(-square) * far;

    return sign(x) * mix(far, size * near, lessThan(size, vec4(1.0)));
}

// x·σ(rate·x). The exponent ends where the quotient would leave the range in which division is defined.
vec4 sigmoid_linear4(vec4 x, float rate)
{
    return x / (1.0 + exp(min(-rate * x, 80.0)));
}

vec4 activate(uint activation, vec4 x)
{
    switch (activation) {
    case GELU:
        return 0.5 * x * (1.0 + erf4(x * 0.70710678118));
    case QUICK_GELU:
        return sigmoid_linear4(x, 1.702);
    case SILU:
        return sigmoid_linear4(x, 1.0);
    default:
        return x;
    }
}

float activate(uint activation, float x)
{
    return activate(activation, vec4(x)).x;
}
