/* Writes a buffer of which only the first half was ever set; the rest is what malloc hands out. Cause: memory. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned char *buffer = malloc(2000);
    for (int i = 0; i < 1000; i++) buffer[i] = (unsigned char)(i * 7);
    FILE *file = fopen("block.bin", "wb");
    if (!file || fwrite(buffer, 1, 2000, file) != 2000) return 1;
    free(buffer);
    return fclose(file) != 0;
}
