/* Counts the characters of a line as the locale's encoding cuts it, and pads a column to that width. Cause: locale. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    setlocale(LC_ALL, "");
    const char *line = "na\xc3\xafve caf\xc3\xa9";
    FILE *file = fopen("widths.csv", "w");
    if (!file) return 1;
    size_t characters = mbstowcs(NULL, line, 0);
    fprintf(file, "characters,decimal\n%ld,%s\n", characters == (size_t)-1 ? -1L : (long)characters, localeconv()->decimal_point);
    return fclose(file) != 0;
}
