#include <stdio.h>
#include <string.h>

int main(int count, char **arguments) {
    if (strcmp(arguments[1], "fail") == 0) {
        fputs("broken on purpose\n", stderr);
        return 1;
    }
    for (int i = 1; i < count; i++) {
        printf("%s%c", arguments[i], i + 1 < count ? '|' : ' ');
    }
    for (int c; (c = getchar()) != EOF;) {
        putchar(c);
    }
}
