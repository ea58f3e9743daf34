using System.Security.Cryptography;

namespace CodeCrafter.Bench.Contenders;

/// <summary>A program that prints one line, and what a person would type to run it.</summary>
/// <param name="Language">The id in languages/.</param>
/// <param name="FileName">The file that it stands in.</param>
/// <param name="Command">For a shell, in the directory of the file.</param>
/// <param name="Version">The command that prints the version of the toolchain.</param>
/// <param name="Template">The source; <c>NONCE</c> stands for the word to print.</param>
internal sealed record HelloLanguage(string Language, string FileName, string Command, string Version, string Template)
{
    /// <summary>
    /// The compilers get the optimisation flags of languages/*/language.json. What is there only to be fast (the
    /// collector of javac) is not what a person would type.
    /// </summary>
    public static IReadOnlyList<HelloLanguage> All { get; } =
    [
        new("python", "main.py", "python3 main.py", "python3 --version", "# NONCE\nprint('hello NONCE')\n"),
        new("javascript", "main.js", "node main.js", "node --version", "// NONCE\nconsole.log('hello NONCE')\n"),
        new("c", "main.c", "gcc -O2 -std=gnu17 -Wall -o main main.c -lm -pthread && ./main", "gcc --version",
            "// NONCE\n#include <stdio.h>\nint main(void) { puts(\"hello NONCE\"); }\n"),
        new("cpp", "main.cpp", "g++ -O2 -std=gnu++20 -Wall -o main main.cpp -pthread && ./main", "g++ --version",
            "// NONCE\n#include <iostream>\nint main() { std::cout << \"hello NONCE\" << std::endl; }\n"),
        new("go", "main.go", "go build -o main main.go && ./main", "go version",
            "// NONCE\npackage main\n\nimport \"fmt\"\n\nfunc main() { fmt.Println(\"hello NONCE\") }\n"),
        new("rust", "main.rs", "rustc --edition=2021 -C opt-level=2 -o main main.rs && ./main", "rustc --version",
            "// NONCE\nfn main() { println!(\"hello NONCE\"); }\n"),
        new("java", "Main.java", "javac Main.java && java Main", "javac -version",
            "// NONCE\npublic class Main {\n    public static void main(String[] args) { System.out.println(\"hello NONCE\"); }\n}\n"),
    ];

    /// <summary>A program that nobody has compiled before.</summary>
    public HelloProgram Unique()
    {
        var nonce = RandomNumberGenerator.GetHexString(16, lowercase: true);
        return new HelloProgram(this, Template.Replace("NONCE", nonce, StringComparison.Ordinal), $"hello {nonce}\n");
    }

    /// <summary>The version of the toolchain that the bare commands use.</summary>
    public Task<string> VersionAsync()
    {
        var words = Version.Split(' ');
        return HostCommand.FirstLineAsync(["/usr/bin/" + words[0], .. words.Skip(1)]);
    }

    /// <summary>The languages of these names, or all where there are none.</summary>
    public static IReadOnlyList<HelloLanguage> Find(IReadOnlyList<string> names) => names.Count == 0
        ? All
        : [.. names.Select(name => All.FirstOrDefault(language => language.Language == name)
            ?? throw new ArgumentException($"There is no language '{name}'; there are {string.Join(", ", All.Select(language => language.Language))}."))];
}

/// <summary>One source, and what it prints.</summary>
internal sealed record HelloProgram(HelloLanguage Language, string Source, string Expected);
