/*
 * The random bytes of Windows where Wine lacks them (before 8.10): for tests alone.
 */
#include <windows.h>

#include <stdlib.h>

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size)
{
    SIZE_T i;
    for (i = 0; i < size; i++) data[i] = (BYTE)rand();
    return TRUE;
}
