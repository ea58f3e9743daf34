using System.Text.RegularExpressions;

namespace CodeCrafter.Sandbox.Languages;

/// <summary>Finds the class that <c>java</c> has to start, from the text of the entry file.</summary>
internal static partial class JavaEntryClass
{
    /// <summary>
    /// The qualified name of the top-level type that declares <c>main</c>; where none does, a type named like the file,
    /// for java to say what is wrong.
    /// </summary>
    public static string Find(SourceFile file)
    {
        var code = Strings().Replace(file.Content, "\"\"");
        var package = Package().Match(code) is { Success: true } match ? match.Groups[1].Value.Replace(" ", "") + "." : "";
        return package + (TypeWithMain(code) ?? Path.GetFileNameWithoutExtension(file.Path));
    }

    private static string? TypeWithMain(string code)
    {
        var depth = 0;
        string? type = null;
        foreach (Match token in Tokens().Matches(code))
        {
            switch (token.ValueSpan[0])
            {
                case '{':
                    depth++;
                    break;
                case '}':
                    depth--;
                    break;
                default:
                    if (depth == 0 && token.Groups["type"] is { Success: true } name)
                    {
                        type = name.Value;
                    }
                    else if (depth == 1 && type is not null && token.Groups["main"].Success)
                    {
                        return type;
                    }
                    break;
            }
        }
        return null;
    }

    // Comments, text blocks, strings and characters, in one alternation: what starts first wins.
    [GeneratedRegex("""//[^\n]*|/\*.*?\*/|\"\"\".*?\"\"\"|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'""", RegexOptions.Singleline | RegexOptions.NonBacktracking)]
    private static partial Regex Strings();

    [GeneratedRegex(@"\bpackage\s+([\w.\s]+?)\s*;", RegexOptions.NonBacktracking)]
    private static partial Regex Package();

    [GeneratedRegex(@"[{}]|\b(?:class|interface|enum|record)\s+(?<type>\w+)|\bvoid\s+(?<main>main)\s*\(", RegexOptions.NonBacktracking)]
    private static partial Regex Tokens();
}
