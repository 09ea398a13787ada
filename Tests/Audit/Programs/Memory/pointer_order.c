/* Orders objects by where they lie, as a hash table keyed by pointers does: stormchecker/storm#441 is of this kind.
   Cause: address-layout; no run agrees with the one before. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *slots[64] = {0};
    FILE *file = fopen("order.txt", "w");
    if (!file) return 1;
    for (int i = 0; i < 16; i++) {
        char *object = malloc(48);
        object[0] = (char)('a' + i);
        uint64_t hash = (uintptr_t)object >> 4;
        hash = (hash ^ hash >> 9 ^ hash >> 17) * 0x9E3779B97F4A7C15u;
        hash = (hash ^ hash >> 32) % 64;
        while (slots[hash]) hash = (hash + 1) % 64;
        slots[hash] = object;
    }
    for (int i = 0; i < 64; i++)
        if (slots[i]) fprintf(file, "%c\n", slots[i][0]);
    return fclose(file) != 0;
}
