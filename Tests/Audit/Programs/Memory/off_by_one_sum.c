/* Sums one element more than was written, and in the memory behind the last lies what was there before. Cause: memory. */
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int count = 600;
    int *values = malloc((size_t)(count + 1) * sizeof *values);
    long sum = 0;
    for (int i = 0; i < count; i++) values[i] = i % 11;
    for (int i = 0; i <= count; i++) sum += values[i];
    FILE *file = fopen("sum.csv", "w");
    if (!file) return 1;
    fprintf(file, "count,sum\n%d,%ld\n", count, sum);
    return fclose(file) != 0;
}
