/* Memory from calloc, all of it cleared before it is written out. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    unsigned char *buffer = calloc(2000, 1);
    for (int i = 0; i < 1000; i++) buffer[i] = (unsigned char)(i * 7);
    FILE *file = fopen("block.bin", "wb");
    if (!file || fwrite(buffer, 1, 2000, file) != 2000) return 1;
    free(buffer);
    return fclose(file) != 0;
}
