// Reads and writes its whole buffer.
#version 460

layout(local_size_x = 64) in;

layout(set = 0, binding = 0, std430) buffer Values {
    float values[];
};

void main() {
    values[gl_GlobalInvocationID.x] += 1.0;
}
