// The engine that a module's defines ask for.

#if defined(REGISTER)
#include "lib/product_register.glsl"
#elif defined(TILE)
#include "lib/product_tile.glsl"
#else
#include "lib/product_matrix.glsl"
#endif
