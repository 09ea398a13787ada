/* A reduction by OpenMP: each thread has a part of the sum, and their number is how it is cut. Cause: threads. */
#include <math.h>
#include <stdio.h>

int main(void) {
    double sum = 0;
#pragma omp parallel for reduction(+ : sum) schedule(static)
    for (int i = 0; i < 200000; i++) sum += sin(i) * 1e3 / (1 + i % 97);
    FILE *file = fopen("sum.txt", "w");
    if (!file) return 1;
    fprintf(file, "%.17g\n", sum);
    return fclose(file) != 0;
}
