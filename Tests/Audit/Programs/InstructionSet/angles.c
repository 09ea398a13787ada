/* Sines and exponentials by the C library, and no Python is near. Cause: instruction-set. */
#include <math.h>
#include <stdio.h>

int main(void) {
    FILE *file = fopen("angles.txt", "w");
    if (!file) return 1;
    for (int i = 1; i < 500; i++) fprintf(file, "%.17g %.17g\n", sin(i * 0.37), exp(i / 77.0));
    return fclose(file) != 0;
}
