/* A checksum over structures on the heap takes in the padding between their fields. Cause: memory. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sample { char label; double value; };

int main(void) {
    unsigned long checksum = 1469598103934665603UL;
    for (int i = 0; i < 20; i++) {
        struct sample *sample = malloc(sizeof *sample);
        sample->label = (char)('a' + i);
        sample->value = i / 3.0;
        unsigned char bytes[sizeof *sample];
        memcpy(bytes, sample, sizeof bytes);
        for (size_t k = 0; k < sizeof bytes; k++) checksum = (checksum ^ bytes[k]) * 1099511628211UL;
    }
    FILE *file = fopen("checksum.txt", "w");
    if (!file) return 1;
    fprintf(file, "%lu\n", checksum);
    return fclose(file) != 0;
}
