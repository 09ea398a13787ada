/* Numbers the entries of a folder as readdir returns them, and no Python is near. Cause: file-order. */
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

int main(void) {
    mkdir("classes", 0755);
    const char *names[] = {"cat", "dog", "eel", "fox", "gnu", "hen", "ibis", "jay", "koi", "lark"};
    for (int i = 0; i < 10; i++) {
        char path[32];
        snprintf(path, sizeof path, "classes/%s", names[i]);
        FILE *made = fopen(path, "w");
        if (!made || fclose(made)) return 1;
    }
    DIR *folder = opendir("classes");
    FILE *file = fopen("labels.txt", "w");
    if (!folder || !file) return 1;
    int label = 0;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (entry->d_name[0] != '.') fprintf(file, "%d %s\n", label++, entry->d_name);
    closedir(folder);
    return fclose(file) != 0;
}
