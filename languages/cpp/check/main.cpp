#include <iostream>
#include <string>

int main(int count, char **arguments) {
    if (arguments[1] == std::string("fail")) {
        std::cerr << "broken on purpose\n";
        return 1;
    }
    for (int i = 1; i < count; i++) {
        std::cout << arguments[i] << (i + 1 < count ? '|' : ' ');
    }
    std::cout << std::cin.rdbuf();
}
